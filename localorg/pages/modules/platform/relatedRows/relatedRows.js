/** The host's own wire for the first rows of a related list. */
import { read } from 'platform/transport';
import { defineAdapter } from 'platform/wire';

const PAGE_SIZE = 6;

export const getRows = defineAdapter({
    ready: (config) => Boolean(config.recordId && config.list),
    load: ({ recordId, list }, fresh) => {
        const query = new URLSearchParams({
            optionalFields: list.columns.flatMap((column) => column.fields).join(','),
            pageSize: PAGE_SIZE
        });
        return read(
            'GET',
            `/ui-api/related-list-records/${encodeURIComponent(recordId)}/${encodeURIComponent(list.id)}?${query}`,
            undefined,
            { by: 'page', fresh }
        );
    }
});
