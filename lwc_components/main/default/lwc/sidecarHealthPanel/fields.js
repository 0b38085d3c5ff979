import HEALTH from '@salesforce/schema/Account.Sidecar_Health__c';
import TECHNICAL from '@salesforce/schema/Account.Sidecar_Health_Technical__c';
import DEPLOYMENT from '@salesforce/schema/Account.Sidecar_Health_Deployment__c';
import ADOPTION from '@salesforce/schema/Account.Sidecar_Health_Adoption__c';
import BAND from '@salesforce/schema/Account.Sidecar_Health_Band__c';
import COVERAGE from '@salesforce/schema/Account.Sidecar_Health_Coverage__c';
import CHANGE from '@salesforce/schema/Account.Sidecar_Health_Change__c';
import DETAIL from '@salesforce/schema/Account.Sidecar_Health_Detail__c';
import CHURN_RISK from '@salesforce/schema/Account.Sidecar_Churn_Risk__c';
import NEXT_RENEWAL from '@salesforce/schema/Account.Sidecar_Next_Renewal__c';
import CURRENT_ARR from '@salesforce/schema/Account.Sidecar_Current_ARR__c';
import SCORED_AT from '@salesforce/schema/Account.Sidecar_Scored_At__c';
import NAME from '@salesforce/schema/Account.Name';

/** Asked for in any case, so that an account that exists is always found. */
export const ALWAYS = [NAME];

/** Fields of the package; those the user may not see are missing from the answer. */
export const FIELDS = {
    health: HEALTH,
    technical: TECHNICAL,
    deployment: DEPLOYMENT,
    adoption: ADOPTION,
    band: BAND,
    coverage: COVERAGE,
    change: CHANGE,
    detail: DETAIL,
    churnRisk: CHURN_RISK,
    nextRenewal: NEXT_RENEWAL,
    currentArr: CURRENT_ARR,
    scoredAt: SCORED_AT
};
