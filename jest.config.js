const { jestConfig } = require('@salesforce/sfdx-lwc-jest/config');

module.exports = {
    ...jestConfig,
    roots: ['<rootDir>/lwc_components', '<rootDir>/tests/lwc_components'],
    moduleNameMapper: {
        ...jestConfig.moduleNameMapper,
        '^test/(support|homeAnswer)$': '<rootDir>/tests/lwc_components/$1.js',
        '^lightning/navigation$': '<rootDir>/tests/lwc_components/navigation.js'
    },
    setupFilesAfterEnv: [...(jestConfig.setupFilesAfterEnv ?? []), '<rootDir>/jest-setup.js'],
    randomize: true,
    // an accessibility check of a whole panel takes seconds on a busy machine
    testTimeout: 60_000,
    clearMocks: true
};
