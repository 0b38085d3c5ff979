export { default as TITLE } from '@salesforce/label/c.Sidecar_Deals_Title';
export { default as TITLE_COUNT } from '@salesforce/label/c.Sidecar_Deals_Title_Count';
export { default as MORE } from '@salesforce/label/c.Sidecar_Deals_More';
export { default as SHOWN } from '@salesforce/label/c.Sidecar_Deals_Shown';
export { default as EMPTY_HEADING } from '@salesforce/label/c.Sidecar_Deals_Empty_Heading';
export { default as EMPTY_MESSAGE } from '@salesforce/label/c.Sidecar_Deals_Empty_Message';
