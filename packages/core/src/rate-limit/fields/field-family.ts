/** The families of response fields that tell a client of its quota. */

/** `legacy` is `X-RateLimit-*`; the others are the shapes of draft-ietf-httpapi-ratelimit-headers over the years. */
export type FieldFamily = 'legacy' | 'draft-10' | 'draft-8' | 'draft-7' | 'draft-6'
