import { reduceErrors } from 'c/sidecarErrors';

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
