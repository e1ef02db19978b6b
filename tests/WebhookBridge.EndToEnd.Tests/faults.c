// LD_PRELOAD shim for the fault tests: while the file named by FAULTS_FILE exists and holds
//   sync   every fsync and fdatasync fails with EIO,
//   full   every write that would make a file longer fails with ENOSPC,
//   half   such a write to a file below a folder named files comes to an end half-way, and what is left of it fails with ENOSPC.
// Build: cc -O2 -shared -fPIC -o faults.so faults.c -ldl
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int fault(const char *kind) {
  const char *path = getenv("FAULTS_FILE");
  if (!path) return 0;
  int fd = open(path, O_RDONLY);
  if (fd < 0) return 0;
  char text[8] = {0};
  ssize_t n = read(fd, text, sizeof text - 1);
  close(fd);
  return n > 0 && strncmp(text, kind, strlen(kind)) == 0;
}
static int in_files(int fd) {
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t n = readlink(link, path, sizeof path - 1);
  if (n < 0) return 0;
  path[n] = 0;
  return strstr(path, "/files/") != NULL;
}
static int grows(int fd, off_t end) {
  struct stat s;
  return fstat(fd, &s) == 0 && S_ISREG(s.st_mode) && end > s.st_size;
}
int fsync(int fd) {
  static int (*f)(int);
  if (!f) f = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
  if (fault("sync")) { errno = EIO; return -1; }
  return f(fd);
}
int fdatasync(int fd) {
  static int (*f)(int);
  if (!f) f = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
  if (fault("sync")) { errno = EIO; return -1; }
  return f(fd);
}
ssize_t pwrite64(int fd, const void *b, size_t n, off64_t at) {
  static ssize_t (*f)(int, const void *, size_t, off64_t);
  if (!f) f = (ssize_t (*)(int, const void *, size_t, off64_t))dlsym(RTLD_NEXT, "pwrite64");
  if (grows(fd, at + (off64_t)n) && fault("full")) { errno = ENOSPC; return -1; }
  if (grows(fd, at + (off64_t)n) && fault("half") && in_files(fd)) {
    if (n > 8) return f(fd, b, n / 2, at);
    errno = ENOSPC;
    return -1;
  }
  return f(fd, b, n, at);
}
ssize_t pwrite(int fd, const void *b, size_t n, off_t at) { return pwrite64(fd, b, n, at); }
int posix_fallocate(int fd, off_t at, off_t n) {
  static int (*f)(int, off_t, off_t);
  if (!f) f = (int (*)(int, off_t, off_t))dlsym(RTLD_NEXT, "posix_fallocate");
  if (fault("full")) return ENOSPC;
  return f(fd, at, n);
}
