/** Stand-in for `lightning/graphql`: a wire that gives {data, errors, refresh}. */
import { read } from 'platform/transport';
import { defineAdapter } from 'platform/wire';

/** Parsed query text, opaque to the component as on the platform. */
export function gql(strings, ...values) {
    return Object.freeze({ kind: 'Document', source: String.raw({ raw: strings }, ...values) });
}

const sourceOf = (document) => (typeof document === 'string' ? document : document?.source);

/** A wire waits while one of its variables is undefined, for instance before a record id is known. */
function variablesKnown(config) {
    return !('variables' in config) || config.variables !== undefined;
}

export const graphql = defineAdapter({
    ready: (config) => Boolean(sourceOf(config.query)) && variablesKnown(config),
    load: ({ query, variables, operationName }, fresh) =>
        read('POST', '/graphql', { query: sourceOf(query), variables: variables ?? {}, operationName }, { fresh }),
    emit: (answer, refresh) => ({
        data: answer?.data ?? undefined,
        errors: answer?.errors?.length ? answer.errors : undefined,
        refresh
    }),
    emitError: (error, refresh) => ({ data: undefined, errors: [withMessage(error)], refresh })
});

/** A refused request as a GraphQL error, so that a component finds `message` where it looks for it. */
function withMessage(error) {
    const body = [error.body].flat()[0];
    return Object.freeze({ ...error, message: body?.message ?? `HTTP ${error.status}` });
}
