import NAME from '@salesforce/schema/Opportunity.Name';
import STAGE from '@salesforce/schema/Opportunity.StageName';
import AMOUNT from '@salesforce/schema/Opportunity.Amount';
import NEXT_STEP from '@salesforce/schema/Opportunity.NextStep';
import TYPE from '@salesforce/schema/Opportunity.Type';
import ACCOUNT from '@salesforce/schema/Opportunity.AccountId';
import IS_CLOSED from '@salesforce/schema/Opportunity.IsClosed';
import IS_WON from '@salesforce/schema/Opportunity.IsWon';
import CLOSE_DATE from '@salesforce/schema/Opportunity.CloseDate';
import CREATED_DATE from '@salesforce/schema/Opportunity.CreatedDate';
import PROBABILITY from '@salesforce/schema/Opportunity.Sidecar_Win_Probability__c';
import LOW from '@salesforce/schema/Opportunity.Sidecar_Win_Probability_Low__c';
import HIGH from '@salesforce/schema/Opportunity.Sidecar_Win_Probability_High__c';
import THIS_QUARTER from '@salesforce/schema/Opportunity.Sidecar_Quarter_Probability__c';
import EXPECTED_CLOSE from '@salesforce/schema/Opportunity.Sidecar_Expected_Close__c';
import EXPECTED_EARLY from '@salesforce/schema/Opportunity.Sidecar_Expected_Close_Early__c';
import EXPECTED_LATE from '@salesforce/schema/Opportunity.Sidecar_Expected_Close_Late__c';
import FORECAST from '@salesforce/schema/Opportunity.Sidecar_Forecast_ARR__c';
import CONFIDENCE from '@salesforce/schema/Opportunity.Sidecar_Confidence__c';
import STAGE_ENTERED from '@salesforce/schema/Opportunity.Sidecar_Stage_Entered__c';
import TYPICAL_AGE from '@salesforce/schema/Opportunity.Sidecar_Typical_Stage_Age__c';
import RISK_TAGS from '@salesforce/schema/Opportunity.Sidecar_Risk_Tags__c';
import ACTION from '@salesforce/schema/Opportunity.Sidecar_Suggested_Action__c';
import DETAIL from '@salesforce/schema/Opportunity.Sidecar_Score_Detail__c';
import SCORED_AT from '@salesforce/schema/Opportunity.Sidecar_Scored_At__c';

/** Asked for in any case, so that a deal that exists is always found. */
export const ALWAYS = [NAME];

/** Those the user may not see are missing from the answer. */
export const FIELDS = {
    stage: STAGE,
    amount: AMOUNT,
    nextStep: NEXT_STEP,
    type: TYPE,
    accountId: ACCOUNT,
    isClosed: IS_CLOSED,
    isWon: IS_WON,
    closeDate: CLOSE_DATE,
    createdDate: CREATED_DATE,
    probability: PROBABILITY,
    low: LOW,
    high: HIGH,
    thisQuarter: THIS_QUARTER,
    expectedClose: EXPECTED_CLOSE,
    expectedEarly: EXPECTED_EARLY,
    expectedLate: EXPECTED_LATE,
    forecast: FORECAST,
    confidence: CONFIDENCE,
    stageEntered: STAGE_ENTERED,
    typicalAge: TYPICAL_AGE,
    riskTags: RISK_TAGS,
    action: ACTION,
    detail: DETAIL,
    scoredAt: SCORED_AT
};
