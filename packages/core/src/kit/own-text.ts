/** Texts that are kept for long, without the longer texts that they were cut from. */

/** V8 copies texts shorter than this when it cuts them; of longer ones it keeps a reference into the whole. */
const shortestCut = 13

/** The same text in memory of its own. A key cut from a long header would otherwise hold all of that header. */
export function ownText(text: string): string {
  // UTF-16 keeps unpaired surrogates as they are.
  return text.length < shortestCut ? text : Buffer.from(text, 'utf16le').toString('utf16le')
}
