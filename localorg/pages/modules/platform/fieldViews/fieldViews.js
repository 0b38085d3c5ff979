/** How one field of a record is shown. */

const LINKS = {
    Url: (value) => (/^https?:/i.test(value) ? value : `https://${value}`),
    Email: (value) => `mailto:${value}`,
    Phone: (value) => `tel:${value}`
};

function referenceView(record, field) {
    const parent = record.fields[field.relationshipName];
    const target = parent?.value;
    const id = record.fields[field.apiName]?.value;
    const text = parent?.displayValue ?? target?.fields?.Name?.value ?? id;
    return {
        isLink: Boolean(id),
        text: text ?? '',
        href: target ? `/lightning/r/${target.apiName}/${target.id}/view` : undefined
    };
}

/** Parts of an address (street, city, state, postal code, country) as lines. */
function addressText(record, parts) {
    const [street, city, state, code, country] = parts.map((part) => record.fields[part]?.value);
    const region = [state, code].filter(Boolean).join(' ');
    return [street, [city, region].filter(Boolean).join(', '), country].filter(Boolean).join('\n');
}

/**
 * What to show for `apiName`: {text, isLink, href, isBoolean, checked, isRich}.
 * Numbers, dates and amounts come formatted from the org; links are made here.
 */
export function fieldView(record, info, apiName, parts = []) {
    if (parts.length > 1) {
        return { text: addressText(record, parts) };
    }
    const field = info.fields[apiName];
    const { value, displayValue } = record.fields[apiName] ?? {};
    if (!field) {
        return { text: displayValue ?? value ?? '' };
    }
    if (field.reference && field.relationshipName) {
        return referenceView(record, field);
    }
    if (field.dataType === 'Boolean') {
        return { isBoolean: true, checked: Boolean(value) };
    }
    if (field.htmlFormatted) {
        return { isRich: true, text: value ?? '' };
    }
    if (value && LINKS[field.dataType]) {
        return { isLink: true, text: value, href: LINKS[field.dataType](value), external: field.dataType === 'Url' };
    }
    return {
        text: String(displayValue ?? value ?? '').replaceAll(';', field.dataType === 'MultiPicklist' ? '; ' : ';')
    };
}
