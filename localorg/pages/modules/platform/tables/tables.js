/** Rows of record tables. A column is {label, field, fields, kind, object}; `field` is what it shows, `fields` what it needs. */

function cellOf(record, column) {
    const path = column.field.split('.').slice(1);
    const last = path.pop();
    const holder = path.reduce((current, name) => current?.fields?.[name]?.value, record);
    const field = holder?.fields?.[last];
    const target = column.link === 'self' ? record : column.link === 'parent' ? holder : undefined;
    return {
        key: column.field,
        label: column.label,
        text: String(field?.displayValue ?? field?.value ?? ''),
        href: target ? `/lightning/r/${target.apiName}/${target.id}/view` : undefined,
        cellClass: column.number ? 'slds-text-align_right' : ''
    };
}

/** A record of the UI API as one row of cells. */
export function tableRow(record, columns) {
    return { key: record.id, cells: columns.map((column) => cellOf(record, column)) };
}
