/** Stand-in for `lightning/navigation` that remembers where a component wanted to go. */
const Navigate = Symbol('Navigate');
const GenerateUrl = Symbol('GenerateUrl');

/** Called with the page reference of each navigation. */
export const navigate = jest.fn();

export const NavigationMixin = (Base) =>
    class extends Base {
        [Navigate](pageReference) {
            navigate(pageReference);
        }

        [GenerateUrl]({ attributes }) {
            return Promise.resolve(`/lightning/r/${attributes.recordId}/${attributes.actionName}`);
        }
    };
NavigationMixin.Navigate = Navigate;
NavigationMixin.GenerateUrl = GenerateUrl;
