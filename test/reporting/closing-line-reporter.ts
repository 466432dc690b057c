/** Ends a test run with one plain line: `N passed, N failed`, and `, N skipped` where some were. */
import type { Reporter, SerializedError, TestModule } from 'vitest/node'

/** Put last among the reporters. A run in which no test ran counts as failed. */
export class ClosingLineReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[]): void {
    let passed = 0
    let skipped = 0
    // What failed outside of any test (a file that does not load, an unhandled rejection) counts as one failure each.
    let failed = errors.length
    for (const module of modules) {
      failed += module.errors().length
      for (const test of module.children.allTests()) {
        const { state } = test.result()
        if (state === 'passed') passed++
        else if (state === 'failed') failed++
        else skipped++
      }
    }
    if (failed > 0 || passed === 0) process.exitCode = 1
    const line = `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
    // After everything else: the default reporter writes its summary in the same turn.
    process.once('exit', () => process.stdout.write(`${line}\n`))
  }
}
