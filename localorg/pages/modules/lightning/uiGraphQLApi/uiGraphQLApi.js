/** The older name of `lightning/graphql`. */
export { gql, graphql } from 'lightning/graphql';

/** Asks again for the data of a graphql wire's result. */
export async function refreshGraphQL(result) {
    await result?.refresh?.();
}
