/** As far as it is used here; the package ships no types. */
declare module 'http-cache-semantics' {
  interface Message {
    readonly headers: Readonly<Record<string, string>>
  }

  export default class CachePolicy {
    constructor(
      request: Message & { readonly url: string; readonly method: string },
      response: Message & { readonly status: number },
    )
    /** Wall clock in ms. */
    now(): number
    storable(): boolean
    /** In ms. */
    timeToLive(): number
  }
}
