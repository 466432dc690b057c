/** What a topic is called in Redis: its channel, and the counter of its messages. */
import { shortDigest } from '../short-digest.ts'

/** Written as they are, so that other programs can name them too. */
const plainTopic = /^\w[\w.:-]{0,99}$/

/** The hash slot of `bus`: in a Cluster all topics are on one node, so that one connection hears them all. */
export const busSlot = 3_155

/** @param db a channel is heard in every database, so it is named after its own; a counter is a key of its database. */
export function channelOf(prefix: string, db: number, topic: string): string {
  return `${prefix}{bus}${db === 0 ? '' : db}:${nameOf(topic)}`
}

export function counterOf(prefix: string, topic: string): string {
  return `${prefix}{bus}n:${nameOf(topic)}`
}

/** No plain topic begins with a tilde. */
function nameOf(topic: string): string {
  return plainTopic.test(topic) ? topic : `~${shortDigest(topic)}`
}
