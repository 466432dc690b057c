/** Sees to it that the end of a process does not stop one of its worker threads in the middle of a write. */
import { getEnvironmentData, isMainThread, setEnvironmentData } from 'node:worker_threads'
import { ForebayError, type Logger } from '@forebay/core'

/** What the main thread shares with every thread that is started after it opened a backend. */
const sharedAs = 'forebay.disk.exit'

/** Whether the process ends, and how many threads are writing. */
const ending = 0
const writing = 1

/** Writes take microseconds. A thread that was terminated in one never says that it is done. */
const patienceMs = 50
const mostInVain = 10

let words: Int32Array | undefined
let wasWarned = false

/** To be called before anything is written in this thread. */
export function openExitGate(logger: Logger): void {
  if (words !== undefined) return
  const given = getEnvironmentData(sharedAs)
  if (given instanceof SharedArrayBuffer) words = new Int32Array(given)
  if (!isMainThread) {
    if (words === undefined) warnOnce(logger)
    return
  }
  const buffer = new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT)
  words = new Int32Array(buffer)
  setEnvironmentData(sharedAs, buffer)
  process.once('exit', waitForThreads)
}

/**
 * @throws ForebayError `FOREBAY_CLOSED` in a thread of a process that is about to end: it could be stopped before the write
 * is done, and with it every other process that writes.
 */
export function whileNotEnding<T>(write: () => T): T {
  // The main thread ends by itself, in none of its writes.
  if (isMainThread || words === undefined) return write()
  Atomics.add(words, writing, 1)
  try {
    if (Atomics.load(words, ending) === 1)
      throw new ForebayError('FOREBAY_CLOSED', 'diskBackend: the process ends.')
    return write()
  } finally {
    Atomics.sub(words, writing, 1)
    Atomics.notify(words, writing)
  }
}

function warnOnce(logger: Logger): void {
  if (wasWarned) return
  wasWarned = true
  logger.warn(
    'forebay: disk: the main thread should call diskBackend() before it starts threads that do: then the end of the process waits for their writes',
  )
}

function waitForThreads(): void {
  if (words === undefined) return
  Atomics.store(words, ending, 1)
  for (let inVain = 0; inVain < mostInVain;) {
    const threads = Atomics.load(words, writing)
    if (threads === 0) return
    if (Atomics.wait(words, writing, threads, patienceMs) === 'timed-out') inVain++
  }
}
