import NAME from '@salesforce/schema/Account.Name';
import DETAIL from '@salesforce/schema/Account.Sidecar_Health_Detail__c';
import SCORED_AT from '@salesforce/schema/Account.Sidecar_Scored_At__c';

/** Asked for in any case, so that an account that exists is always found. */
export const ALWAYS = [NAME];

/** Fields of the package; those the user may not see are missing from the answer. */
export const FIELDS = { detail: DETAIL, scoredAt: SCORED_AT };
