/**
 * The text without the secrets that URLs in it carry: what stands before the last `@` of a URL, and the values of
 * parameters that are named like a secret. Over-cautious, because what is printed ends up in logs.
 */
export function withoutSecrets(text: string): string {
  return text.replace(USER_INFO, "$1***@").replace(SECRET_PARAMETER, "$1***");
}

const USER_INFO = /\b([a-z][a-z0-9+.-]*:\/{1,2})[^\s"'<>]*@/gi;
const SECRET_PARAMETER = /([?&;](?:password|passwd|pwd|pass|secret|token|key|api_?key)=)[^\s"'<>&;]*/gi;
