// What web pages, mobile apps and Node programs import. It runs wherever there is a fetch, and depends on nothing.

export { DaypassRefusal, DaypassUnavailable } from './errors.ts';
export { type DaypassCredentialProvider, type FromDaypassOptions, fromDaypass } from './from-daypass.ts';
export { type DaypassCredentials, type RequestOptions, requestCredentials } from './request-credentials.ts';
