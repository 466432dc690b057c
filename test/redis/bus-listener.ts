/** What somebody who listens to a bus has been told. */
import type { Bus } from '@forebay/core'
import { until } from './until.ts'

export interface Heard {
  readonly messages: string[]
  readonly gaps: () => number
  readonly undo: () => void
}

export function listenTo(bus: Bus, topic: string): Heard {
  const messages: string[] = []
  let gaps = 0
  const undo = bus.subscribe(topic, { message: (message) => messages.push(message), gap: () => gaps++ })
  return { messages, gaps: () => gaps, undo }
}

/** Resolves when everything that is published from now on is heard. */
export async function standing(bus: Bus, topic: string): Promise<void> {
  await until(`the bus to stand for ${topic}`, () => bus.isLive?.(topic) === true)
}

/** Publishes until it is heard: the way to Redis may be broken for a while. */
export async function untilHeard(from: Bus, heard: Heard, topic: string): Promise<void> {
  let count = 0
  await until(`a message on ${topic} to be heard`, async () => {
    if (heard.messages.some((message) => message.startsWith('again '))) return true
    await from.publish(topic, `again ${++count}`)
    return false
  })
}
