import { LightningElement, api } from 'lwc';
import { fill, formatNumber, formatPercent, isNumber } from 'c/sidecarFormat';
import UNKNOWN from '@salesforce/label/c.Sidecar_Dimension_Unknown';
import MISSING from '@salesforce/label/c.Sidecar_Dimension_Missing';
import COVERAGE from '@salesforce/label/c.Sidecar_Dimension_Coverage';
import NO_MEASURES from '@salesforce/label/c.Sidecar_Dimension_No_Measures';

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
