export { default as TITLE } from '@salesforce/label/c.Sidecar_Likely_Title';
export { default as TITLE_COUNT } from '@salesforce/label/c.Sidecar_Likely_Title_Count';
export { default as EMPTY_HEADING } from '@salesforce/label/c.Sidecar_Likely_Empty_Heading';
export { default as EMPTY_MESSAGE } from '@salesforce/label/c.Sidecar_Likely_Empty_Message';
export { default as ALL } from '@salesforce/label/c.Sidecar_List_View_All';
