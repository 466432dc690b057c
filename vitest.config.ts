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

export default defineConfig({
  // Tests read source, never a stale build. 'import' must not stand here: it breaks Express 5.
  ssr: { resolve: { conditions: ['@forebay/source', 'node'] } },
  test: {
    globalSetup: ['test/redis/global-setup.ts'],
    reporters: ['default', new ClosingLineReporter()],
    testTimeout: 15_000,
    pool: 'threads',
    projects: [
      {
        extends: true,
        test: {
          name: 'together',
          include: ['test/**/*.test.ts', 'packages/*/src/**/*.test.ts'],
          exclude: [...apart, '**/node_modules/**'],
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: { name: 'apart', include: apart, maxWorkers: 2, retry: 1, sequence: { groupOrder: 1 } },
      },
    ],
  },
})
