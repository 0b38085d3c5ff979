export { default as SHOW_ALL } from '@salesforce/label/c.Sidecar_Actions_Show_All';
export { default as SHOW_FEWER } from '@salesforce/label/c.Sidecar_Actions_Show_Fewer';
export { default as NAME } from '@salesforce/label/c.Sidecar_Actions_List_Name';
export { default as UNKNOWN } from '@salesforce/label/c.Sidecar_Error_Unknown';
