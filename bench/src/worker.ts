/** A process of its own for whoever is measured, so that its CPU time and its heap are its own too. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Reply } from './answering.ts'

export interface Worker {
  ask(question: unknown): Promise<unknown>
  stop(): Promise<void>
}

/** Whoever says nothing for so long will not say anything. */
const deadlineMs = 60_000

/** Resolves when the script's process is ready; rejects with what it says is wrong. */
export async function startWorker(
  script: string,
  words: readonly string[],
  nodeOptions: readonly string[] = [],
): Promise<Worker> {
  const child = fork(fileURLToPath(new URL(script, import.meta.url)), words, {
    env: { ...process.env, NODE_ENV: 'production' },
    execArgv: [...nodeOptions],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  const exited = once(child, 'exit')
  let complaint = ''
  child.stderr?.on('data', (chunk) => (complaint = `${complaint}${chunk}`.slice(-4_000)))
  const answer = async (): Promise<unknown> => {
    const waiting = new AbortController()
    const timer = setTimeout(() => child.kill('SIGKILL'), deadlineMs)
    try {
      const [reply] = (await Promise.race([
        once(child, 'message', waiting),
        exited.then(() => Promise.reject(new Error(reasonIn(complaint)))),
      ])) as [Reply]
      if (reply.failure !== undefined) throw new Error(reply.failure)
      return reply.answer
    } finally {
      waiting.abort()
      clearTimeout(timer)
    }
  }
  const stop = async (): Promise<void> => {
    if (child.connected) child.disconnect()
    const timer = setTimeout(() => child.kill('SIGKILL'), 5_000)
    await exited
    clearTimeout(timer)
  }
  try {
    await answer()
  } catch (error) {
    await stop()
    throw error
  }
  return {
    async ask(question) {
      const answered = answer()
      // Who cannot be told has ended, and that is what is answered.
      child.send(question as string, () => undefined)
      return await answered
    },
    stop,
  }
}

/** What a process that died had to say, in a line. */
function reasonIn(complaint: string): string {
  const line = complaint.split('\n').find((one) => /^\w*Error\b.*:/.test(one))
  return `its process ended${line === undefined ? '' : `: ${line.trim()}`}`
}
