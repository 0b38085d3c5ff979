import { LightningElement, api } from 'lwc';
import { NO_VALUE, fill, formatNumber, formatPercent, isNumber } from 'c/sidecarFormat';
import UNKNOWN from '@salesforce/label/c.Sidecar_Dimension_Unknown';
import SCORE from '@salesforce/label/c.Sidecar_Dimension_Score';
import MISSING from '@salesforce/label/c.Sidecar_Dimension_Missing';
import COVERAGE from '@salesforce/label/c.Sidecar_Dimension_Coverage';
import NO_MEASURES from '@salesforce/label/c.Sidecar_Dimension_No_Measures';
import WEIGHTED from '@salesforce/label/c.Sidecar_Measure_Weighted';
import NOT_SCORED from '@salesforce/label/c.Sidecar_Measure_Not_Scored';

const SINGULAR = {
    cases: 'case',
    days: 'day',
    products: 'product',
    milestones: 'milestone',
    deployments: 'deployment'
};

function valueOf({ value, unit }) {
    if (isNumber(value)) {
        if (unit === '%') {
            return formatPercent(value, 1);
        }
        const word = value === 1 ? (SINGULAR[unit] ?? unit) : unit;
        return `${formatNumber(value, 1)} ${word}`.trim();
    }
    return typeof value === 'string' && value !== '' ? value : NO_VALUE;
}

function toMeasure(measure) {
    const score = isNumber(measure.score) ? fill(SCORE, formatNumber(measure.score)) : NOT_SCORED;
    const scoreText = isNumber(measure.weight) ? fill(WEIGHTED, score, formatPercent(measure.weight * 100)) : score;
    return { ...measure, shown: valueOf(measure), scoreText };
}

export default class SidecarHealthDimension extends LightningElement {
    noMeasures = NO_MEASURES;
    isOpen = false;

    /** One of the three dimensions: label, score (null: not known), coverage 0..1, measures, missing, isIncomplete (show what is missing at once). */
    @api dimension;

    get isKnown() {
        return isNumber(this.dimension.score);
    }

    get scoreText() {
        return this.isKnown ? formatNumber(this.dimension.score) : UNKNOWN;
    }

    get missingText() {
        const { missing } = this.dimension;
        return missing.length > 0 ? fill(MISSING, missing.join('; ')) : '';
    }

    /** What is missing stands there at once where it matters; under a well-founded score only when the dimension is open. */
    get showsMissing() {
        return this.missingText !== '' && (this.isOpen || !this.isKnown || this.dimension.isIncomplete);
    }

    get coverageText() {
        const { coverage } = this.dimension;
        return isNumber(coverage) ? fill(COVERAGE, formatPercent(coverage * 100)) : '';
    }

    get measures() {
        return this.dimension.measures.map(toMeasure);
    }

    get hasNoMeasures() {
        return this.dimension.measures.length === 0;
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
