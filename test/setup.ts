import fc from 'fast-check'

/**
 * Property tests take the same inputs on every run, so that a change is judged by itself. `CONNECTOR_TEST_SEED=random` explores, and
 * `CONNECTOR_TEST_SEED=N` repeats; fast-check prints the seed of what it finds.
 */
const seed = process.env['CONNECTOR_TEST_SEED'] ?? '20261120'
if (seed !== 'random') fc.configureGlobal({ seed: Number(seed) })
