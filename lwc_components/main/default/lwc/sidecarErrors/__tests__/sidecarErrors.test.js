import { askAgain, isHiddenFromUser, reduceErrors } from 'c/sidecarErrors';

const updateError = {
    ok: false,
    status: 400,
    body: {
        message: 'An error occurred while trying to update the record. Please try again.',
        output: {
            errors: [{ errorCode: 'FIELD_CUSTOM_VALIDATION_EXCEPTION', message: 'Stage must not go back' }],
            fieldErrors: { Name: [{ errorCode: 'STRING_TOO_LONG', message: 'data value too large' }] }
        }
    }
};

describe('errors of every shape become messages', () => {
    it.each([
        ['UI API read', { status: 404, body: [{ errorCode: 'NOT_FOUND', message: 'Not there' }] }, ['Not there']],
        ['UI API write', updateError, ['Stage must not go back', 'data value too large']],
        ['write without details', { body: { message: 'Try again', output: { errors: [] } } }, ['Try again']],
        ['record form', { output: { errors: [{ message: 'Locked' }], fieldErrors: {} } }, ['Locked']],
        ['GraphQL', [{ message: 'Field is undefined', locations: [], paths: [] }], ['Field is undefined']],
        ['JavaScript', new TypeError('x is undefined'), ['x is undefined']],
        ['text', 'It failed', ['It failed']],
        ['text as body', { body: 'Service unavailable' }, ['Service unavailable']],
        ['status only', { status: 503, statusText: 'Service Unavailable' }, ['Service Unavailable']]
    ])('%s', (_, error, messages) => {
        expect(reduceErrors(error)).toEqual(messages);
    });

    it('says the same thing once', () => {
        expect(reduceErrors([{ message: 'Twice' }, 'Twice ', { body: [{ message: 'Twice' }] }])).toEqual(['Twice']);
    });

    it.each([
        [undefined],
        [null],
        [[]],
        [{}],
        [{ body: [] }],
        [{ body: {} }],
        ['  '],
        [[null, undefined]],
        [{ body: [null] }]
    ])('has nothing to say about %j', (nothing) => {
        expect(reduceErrors(nothing)).toEqual([]);
    });

    it('never shows the markup that a proxy or a login page answers', () => {
        expect(reduceErrors({ status: 502, body: ' <!DOCTYPE html><html><body>Bad gateway</body></html>' })).toEqual(
            []
        );
    });
});

describe('what is hidden from the user', () => {
    it.each([
        "Validation error: Unknown type 'Sidecar_Projection__c_Filter'.",
        "Field 'Sidecar_Order__c' in type 'Sidecar_Action__c_OrderBy' is undefined"
    ])('is told by %s', (message) => {
        expect(isHiddenFromUser([{ message }])).toBe(true);
    });

    it.each([
        [['Sidecar_Projection__c is locked by another request']],
        [["Field 'Colour' in type 'Account' is undefined"]],
        [["Unknown type 'Sidecar_Action__c_Filter'.", 'Too busy']],
        [[]]
    ])('is not what %j says', (messages) => {
        expect(isHiddenFromUser(messages)).toBe(false);
    });
});

describe('asking again', () => {
    it('takes the error away while the answer is awaited, and brings it back without one', async () => {
        const asker = { errors: ['Too busy'], refresh: jest.fn().mockResolvedValue() };
        const asking = askAgain(asker, 'view');
        expect(asker.errors).toBeUndefined();
        await asking;
        expect(asker.errors).toEqual(['Too busy']);
        expect(asker.refresh).toHaveBeenCalledTimes(1);
    });

    it('leaves no error beside an answer, and tells why asking failed', async () => {
        const answered = { errors: ['Too busy'], refresh: () => Promise.resolve((answered.view = {})) };
        await askAgain(answered, 'view');
        expect(answered.errors).toBeUndefined();
        const refused = { errors: ['Too busy'], refresh: () => Promise.reject(new Error('offline')) };
        await askAgain(refused, 'view');
        expect(refused.errors.message).toBe('offline');
    });
});
