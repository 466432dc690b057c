import { defineConfig } from 'vitest/config'
import { ClosingLineReporter } from './test/reporting/closing-line-reporter.ts'

/** What kills, holds up and fills real servers and processes: little else runs beside it, as its deadlines are real. */
const apart = [
  'test/faults/**/*.test.ts',
  'test/examples/**/*.test.ts',
  'test/docs/{readme,run}.test.ts',
  'test/redis/**/*.test.ts',
  'test/disk/**/*.test.ts',
  'test/behaviour/{leaks,large-streams}.test.ts',
]

/** What asks a real Redis that only waits for it, or starts a process: it runs beside everything else. */
const beside = [
  'test/behaviour/{redis-*,tiers-in-frameworks,*-exit}.test.ts',
  'test/contract/{redis-*,tiered-redis}.test.ts',
  'test/conformance/redis.test.ts',
  'test/reporting/*.test.ts',
  'test/bench/{run,subjects,worker}.test.ts',
]

/** Where time is real, a machine that stands still may fail a test once; one that fails twice is wrong. */
const retry = 1

// What tests run counts and caches where they say, not in a Redis of whoever runs them.
for (const name of Object.keys(process.env)) {
  if (/^FOREBAY_(REDIS_.*|PREFIX)$/.test(name)) delete process.env[name]
}

export default defineConfig({
  // Tests read source, never a stale build. 'import' must not stand here: it breaks Express 5.
  ssr: { resolve: { conditions: ['@forebay/source', 'node'] } },
  test: {
    globalSetup: ['test/redis/global-setup.ts'],
    reporters: ['default', new ClosingLineReporter()],
    setupFiles: ['test/leftovers.ts'],
    // For what never ends; a busy machine is to take its time.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'threads',
    projects: [
      {
        extends: true,
        test: {
          name: 'together',
          include: ['test/**/*.test.ts', 'packages/*/src/**/*.test.ts'],
          exclude: [...apart, ...beside, '**/node_modules/**'],
          sequence: { groupOrder: 0 },
        },
      },
      { extends: true, test: { name: 'beside', include: beside, retry, sequence: { groupOrder: 0 } } },
      {
        extends: true,
        test: { name: 'apart', include: apart, maxWorkers: 2, retry, sequence: { groupOrder: 1 } },
      },
    ],
  },
})
