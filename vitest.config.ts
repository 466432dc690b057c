import { defineConfig } from 'vitest/config'
import { ClosingLineReporter } from './test/reporting/closing-line-reporter.ts'

export default defineConfig({
  // Tests read source, never a stale build. 'import' must not stand here: it breaks Express 5.
  ssr: { resolve: { conditions: ['@forebay/source', 'node'] } },
  test: {
    include: ['test/**/*.test.ts', 'packages/*/src/**/*.test.ts'],
    globalSetup: ['test/redis/global-setup.ts'],
    reporters: ['default', new ClosingLineReporter()],
    testTimeout: 15_000,
    pool: 'threads',
  },
})
