/** Pages of a list view. */
import { call } from 'platform/transport';

/** One page of `list` of an object: {records, nextPageToken, totalCount}. Missing values are left out of the request. */
export function listRows(objectApiName, list, { pageSize, searchTerm, pageToken }) {
    const query = new URLSearchParams({ pageSize });
    const given = {
        optionalFields: list.columns.flatMap((column) => column.fields).join(','),
        sortBy: list.sortBy,
        searchTerm,
        pageToken
    };
    Object.entries(given).forEach(([name, value]) => value && query.set(name, value));
    return call(
        'GET',
        `/ui-api/list-records/${encodeURIComponent(objectApiName)}/${encodeURIComponent(list.name)}?${query}`,
        undefined,
        'page'
    );
}
