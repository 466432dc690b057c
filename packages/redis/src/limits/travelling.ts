/** The keys and words of a script call that is about several questions. */
import type { ScriptCall } from '../connection/run-script.ts'
import { writtenOut, writtenWord } from '../connection/written-command.ts'
import type { KeyName } from './key-names.ts'
import type { Question } from './question.ts'

/**
 * For a script that consumes: one plan where all questions have the same, otherwise the plan of each.
 * @param isWritten whether the call is written out too.
 */
export function consumingCall(asked: readonly Question[], isWritten: boolean): ScriptCall {
  const keys = keysOf(asked)
  const [first] = asked
  if (first === undefined) return { keys, words: [] }
  const { text } = first.plan
  const isOne = asked.every(({ plan }) => plan === first.plan || plan.text === text)
  const words = isOne ? first.plan.words : asked.flatMap(({ plan }) => plan.ownWords)
  if (!isWritten) return { keys, words }
  return { keys, words, written: writtenKeys(asked) + (isOne ? first.plan.written : writtenPlans(asked)) }
}

function writtenKeys(asked: readonly Question[]): string {
  let written = ''
  for (const { name, plan } of asked) {
    written += writtenWord(name.text, name.bytes)
    if (plan.logs.length > 0) written += writtenOut(logKeys(name, plan.logs))
  }
  return written
}

function writtenPlans(asked: readonly Question[]): string {
  return asked.map(({ plan }) => plan.ownWritten).join('')
}

/** For the script that answers anything: each plan once, as JSON; then in order a plan's number, and how many questions it has. */
export function anyCall(asked: readonly Question[]): ScriptCall {
  const numbers = new Map<string, number>()
  const runs: string[] = []
  let current = ''
  let count = 0
  for (const { plan } of asked) {
    if (plan.text !== current) {
      if (count > 0) runs.push(String(numbers.get(current)), String(count))
      current = plan.text
      count = 0
      if (!numbers.has(current)) numbers.set(current, numbers.size + 1)
    }
    count++
  }
  runs.push(String(numbers.get(current)), String(count))
  return { keys: keysOf(asked), words: [`[${[...numbers.keys()].join(',')}]`, ...runs] }
}

function keysOf(asked: readonly Question[]): string[] {
  const keys: string[] = []
  for (const { name, plan } of asked) {
    keys.push(name.text)
    if (plan.logs.length > 0) keys.push(...logKeys(name, plan.logs))
  }
  return keys
}

function logKeys({ text }: KeyName, logs: readonly string[]): readonly string[] {
  return logs.map((id) => `${text}:${id}`)
}
