export { SessionsError, type ErrorCode, type ErrorDetails, type Finding, type LockHolder } from "./errors.js";
