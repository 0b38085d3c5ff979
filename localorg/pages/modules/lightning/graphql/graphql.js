/** Stand-in for `lightning/graphql`: a wire that gives {data, errors, refresh}, and mutations. */
import { call, read } from 'platform/transport';
import { defineAdapter, invalidate } from 'platform/wire';

/** Parsed query text, opaque to the component as on the platform. */
export function gql(strings, ...values) {
    return Object.freeze({ kind: 'Document', source: String.raw({ raw: strings }, ...values) });
}

const sourceOf = (document) => (typeof document === 'string' ? document : document?.source);

/** A wire waits while one of its variables is undefined, for instance before a record id is known. */
function variablesKnown(config) {
    return !('variables' in config) || config.variables !== undefined;
}

const bodyOf = ({ query, variables, operationName }) => ({
    query: sourceOf(query),
    variables: variables ?? {},
    operationName
});

/** What the platform hands out: errors only when there are some. */
const resultOf = (answer) => ({
    data: answer?.data ?? undefined,
    errors: answer?.errors?.length ? answer.errors : undefined
});

export const graphql = defineAdapter({
    ready: (config) => Boolean(sourceOf(config.query)) && variablesKnown(config),
    load: (config, fresh) => read('POST', '/graphql', bodyOf(config), { fresh }),
    emit: (answer, refresh) => ({ ...resultOf(answer), refresh }),
    emitError: (error, refresh) => ({ data: undefined, errors: [withMessage(error)], refresh })
});

/** Ids of the records that a mutation wrote. */
function writtenIds(answer) {
    const payloads = Object.values(answer?.data?.uiapi ?? {});
    return payloads.map((payload) => payload?.Record?.Id ?? payload?.Id).filter(Boolean);
}

/** Runs a mutation. Resolves to {data, errors} even when the request is refused, as the platform's does. */
export async function executeMutation(config) {
    try {
        const answer = await call('POST', '/graphql', bodyOf(config));
        await invalidate(writtenIds(answer));
        return resultOf(answer);
    } catch (error) {
        return { data: undefined, errors: [withMessage(error)] };
    }
}

/** A refused request as a GraphQL error, so that a component finds `message` where it looks for it. */
function withMessage(error) {
    const body = [error.body].flat()[0];
    return Object.freeze({ ...error, message: body?.message ?? `HTTP ${error.status}` });
}
