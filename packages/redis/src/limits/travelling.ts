/** The keys and words of a script call that is about several questions. */
import type { Question } from './question.ts'

export function keysOf(asked: readonly Question[]): string[] {
  const keys: string[] = []
  for (const { name, plan } of asked) {
    keys.push(name.text)
    for (const id of plan.logs) keys.push(`${name.text}:${id}`)
  }
  return keys
}

/** For a script that consumes: the plan of all, or the plans of each. */
export function plansAsWords(asked: readonly Question[]): string[] {
  const [first] = asked
  if (first === undefined) return []
  const isOne = asked.every(({ plan }) => plan === first.plan || plan.text === first.plan.text)
  return isOne ? [...first.plan.words] : asked.flatMap(({ plan }) => plan.ownWords)
}

/** For the script that answers anything: all plans, each once; then in order which plan is that of how many questions. */
export function plansAsJson(asked: readonly Question[]): string[] {
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
  return [`[${[...numbers.keys()].join(',')}]`, ...runs]
}
