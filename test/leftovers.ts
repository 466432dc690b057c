/** What a test file started and did not end, because a test of it failed, ends with the file: nothing is left running. */
import type { ChildProcess } from 'node:child_process'
import { subscribe } from 'node:diagnostics_channel'
import { afterAll } from 'vitest'

const started = new Set<ChildProcess>()

subscribe('child_process', (message) => {
  const { process: child } = message as { readonly process: ChildProcess }
  started.add(child)
  child.once('exit', () => started.delete(child))
})

// Declared before any other, so it runs after all others.
afterAll(() => {
  for (const child of started) {
    // A Redis server ends with its pipe.
    child.stdin?.destroy()
    child.kill('SIGKILL')
  }
})
