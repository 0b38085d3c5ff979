import { LightningElement, api } from 'lwc';
import { fill, formatNumber, formatPercent, isNumber } from 'c/sidecarFormat';
import { amountOf } from './amounts';
import SCORE from '@salesforce/label/c.Sidecar_Dimension_Score';
import WEIGHTED from '@salesforce/label/c.Sidecar_Measure_Weighted';
import NOT_SCORED from '@salesforce/label/c.Sidecar_Measure_Not_Scored';
import TARGET from '@salesforce/label/c.Sidecar_Measure_Target';
import FRESHNESS from '@salesforce/label/c.Sidecar_Measure_Freshness';
import PRODUCT from '@salesforce/label/c.Sidecar_Measure_Product';
import VALUE from '@salesforce/label/c.Sidecar_Measure_Value';
import TARGET_COLUMN from '@salesforce/label/c.Sidecar_Measure_Target_Column';
import SCORE_COLUMN from '@salesforce/label/c.Sidecar_Measure_Score_Column';

export default class SidecarHealthMeasure extends LightningElement {
    label = { product: PRODUCT, value: VALUE, target: TARGET_COLUMN, score: SCORE_COLUMN };
    isOpen = false;

    /** label, value, unit, score, weight, target, coverage 0..1, text, products (name, value, target, score), recordIds */
    @api measure;
    /** @type {string} its dimension of health */
    @api dimension = '';

    get shown() {
        return amountOf(this.measure.value, this.measure.unit);
    }

    get scoreText() {
        const { score, weight } = this.measure;
        const text = isNumber(score) ? fill(SCORE, formatNumber(score)) : NOT_SCORED;
        return isNumber(weight) ? fill(WEIGHTED, text, formatPercent(weight * 100)) : text;
    }

    get facts() {
        const { target, coverage, unit } = this.measure;
        return [
            isNumber(target) ? fill(TARGET, amountOf(target, unit)) : '',
            isNumber(coverage) && coverage < 1 ? fill(FRESHNESS, formatPercent(coverage * 100)) : ''
        ]
            .filter(Boolean)
            .join(' · ');
    }

    /** Rounded values of products need no unit but the percent sign. */
    get products() {
        const unit = this.measure.unit === '%' ? '%' : '';
        return this.measure.products.map(({ name, value, target, score }, index) => ({
            key: index,
            name,
            value: amountOf(value, unit),
            target: amountOf(target, unit),
            score: amountOf(score, '')
        }));
    }

    get opens() {
        const { products, recordIds } = this.measure;
        return products.length > 0 || recordIds.length > 0 || this.facts !== '';
    }

    get expanded() {
        return String(this.isOpen);
    }

    get chevron() {
        return this.isOpen ? 'utility:chevrondown' : 'utility:chevronright';
    }

    handleToggle() {
        this.isOpen = !this.isOpen;
    }
}
