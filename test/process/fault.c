/*
 * A preloaded library that makes file system calls fail: gcc -shared -fPIC -o fault.so fault.c -ldl
 *
 *   FAULT_DIR    only calls on paths under this directory count
 *   FAULT_AT     the call that fails, counted from 1; 0 or unset: none
 *   FAULT_ERRNO  the error number it fails with
 *   FAULT_EVERY  set: all calls from FAULT_AT on fail
 *   FAULT_SHORT  the most bytes that a write takes
 *
 * Each call that is made to fail is reported on standard error as "FAULT name".
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

static atomic_int calls;

static int number(const char *name) {
  const char *text = getenv(name);
  return text ? atoi(text) : 0;
}

static int is_ours(const char *path) {
  const char *directory = getenv("FAULT_DIR");
  return directory && path && strncmp(path, directory, strlen(directory)) == 0;
}

static int is_ours_fd(int fd) {
  char name[64], path[4096];
  snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(name, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = 0;
  return is_ours(path);
}

static int fails(const char *name) {
  int call = atomic_fetch_add(&calls, 1) + 1, at = number("FAULT_AT");
  if (at == 0 || (getenv("FAULT_EVERY") ? call < at : call != at)) return 0;
  char line[64];
  int length = snprintf(line, sizeof line, "FAULT %s\n", name);
  syscall(SYS_write, 2, line, length);
  errno = number("FAULT_ERRNO");
  return 1;
}

#define REAL(name) \
  static __typeof__(&name) real; \
  if (!real) real = dlsym(RTLD_NEXT, #name);

int open64(const char *path, int flags, ...) {
  REAL(open64)
  va_list arguments;
  va_start(arguments, flags);
  mode_t mode = flags & O_CREAT ? va_arg(arguments, mode_t) : 0;
  va_end(arguments);
  return is_ours(path) && fails("open") ? -1 : real(path, flags, mode);
}

ssize_t write(int fd, const void *bytes, size_t length) {
  REAL(write)
  if (!is_ours_fd(fd)) return real(fd, bytes, length);
  size_t most = number("FAULT_SHORT");
  return fails("write") ? -1 : real(fd, bytes, most && length > most ? most : length);
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t offset) {
  REAL(pwrite64)
  return is_ours_fd(fd) && fails("pwrite") ? -1 : real(fd, bytes, length, offset);
}

int ftruncate64(int fd, off64_t length) {
  REAL(ftruncate64)
  return is_ours_fd(fd) && fails("ftruncate") ? -1 : real(fd, length);
}

int fsync(int fd) {
  REAL(fsync)
  return is_ours_fd(fd) && fails("fsync") ? -1 : real(fd);
}

int fchmod(int fd, mode_t mode) {
  REAL(fchmod)
  return is_ours_fd(fd) && fails("fchmod") ? -1 : real(fd, mode);
}

int fchown(int fd, uid_t uid, gid_t gid) {
  REAL(fchown)
  return is_ours_fd(fd) && fails("fchown") ? -1 : real(fd, uid, gid);
}

/* Linux closes the descriptor also when it reports an error. */
int close(int fd) {
  REAL(close)
  int fault = is_ours_fd(fd) && fails("close"), error = errno, result = real(fd);
  if (!fault) return result;
  errno = error;
  return -1;
}

int mkdir(const char *path, mode_t mode) {
  REAL(mkdir)
  return is_ours(path) && fails("mkdir") ? -1 : real(path, mode);
}

int unlink(const char *path) {
  REAL(unlink)
  return is_ours(path) && fails("unlink") ? -1 : real(path);
}

int rename(const char *from, const char *to) {
  REAL(rename)
  return is_ours(to) && fails("rename") ? -1 : real(from, to);
}

int link(const char *from, const char *to) {
  REAL(link)
  return is_ours(to) && fails("link") ? -1 : real(from, to);
}
