import { LightningElement, api } from 'lwc';
import { fill, formatMoney, formatMoneyShort, formatNumber, formatPercent, isNumber, plural } from 'c/sidecarFormat';
import RATE from '@salesforce/label/c.Sidecar_Benchmark_Rate';
import RATE_NOTE from '@salesforce/label/c.Sidecar_Benchmark_Rate_Note';
import RATE_NOTE_ALL from '@salesforce/label/c.Sidecar_Benchmark_Rate_Note_All';
import ARR from '@salesforce/label/c.Sidecar_Benchmark_ARR';
import CYCLE from '@salesforce/label/c.Sidecar_Benchmark_Cycle';
import DAYS from '@salesforce/label/c.Sidecar_Benchmark_Days';
import DAYS_ONE from '@salesforce/label/c.Sidecar_Benchmark_Days_One';
import AGE from '@salesforce/label/c.Sidecar_Benchmark_Age';
import AGE_ONE from '@salesforce/label/c.Sidecar_Benchmark_Age_One';

export default class SidecarBenchmark extends LightningElement {
    /** kind (empty: all deals), won and closed deals of that kind, median ARR and cycle of the won (null: not known), age of this deal in days, currency (empty: the user's) */
    @api benchmark;

    get figures() {
        const { kind, won, closed, medianArr, medianCycle, age, currency } = this.benchmark;
        const note = fill(kind ? RATE_NOTE : RATE_NOTE_ALL, formatNumber(won), formatNumber(closed), kind);
        const figures = [{ key: 'rate', name: RATE, value: formatPercent((won / closed) * 100), note }];
        if (isNumber(medianArr)) {
            const value = formatMoneyShort(medianArr, currency);
            figures.push({ key: 'arr', name: ARR, value, title: formatMoney(medianArr, currency) });
        }
        if (isNumber(medianCycle)) {
            const ageNote = isNumber(age) ? plural(age, AGE_ONE, AGE) : '';
            figures.push({ key: 'cycle', name: CYCLE, value: plural(medianCycle, DAYS_ONE, DAYS), note: ageNote });
        }
        return figures;
    }
}
