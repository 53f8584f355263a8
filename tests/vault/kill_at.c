/* Preloaded into a test process: ends it with SIGKILL at the n-th call that changes a file system.

   kill_at_arm(n, mode): mode 0 kills before the call, 1 in the middle of a write (half of the bytes
   are written) or after another call. kill_at_count() tells how many such calls there were. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static int target = 0, how = 0, calls = 0;

void kill_at_arm(int n, int mode) { target = n, how = mode, calls = 0; }
int kill_at_count(void) { return calls; }

static int now(int mode) { return target && calls == target && how == mode; }
static void die(void) { kill(getpid(), SIGKILL); for (;;) pause(); }
static void before(void) { calls++; if (now(0)) die(); }
static void after(void) { if (now(1)) die(); }

#define REAL(type, name, ...) \
    static type (*real)(__VA_ARGS__); \
    if (!real) real = (type (*)(__VA_ARGS__)) dlsym(RTLD_NEXT, name)

#define WRITER(name) \
    ssize_t name(int fd, const void *data, size_t size, off_t offset) { \
        REAL(ssize_t, #name, int, const void *, size_t, off_t); \
        before(); \
        if (now(1)) size /= 2; \
        ssize_t done = real(fd, data, size, offset); \
        after(); \
        return done; \
    }
WRITER(pwrite)
WRITER(pwrite64)

ssize_t write(int fd, const void *data, size_t size) {
    REAL(ssize_t, "write", int, const void *, size_t);
    struct stat status;
    if (fd <= 2 || fstat(fd, &status) || !S_ISREG(status.st_mode)) return real(fd, data, size);
    before();
    if (now(1)) size /= 2;
    ssize_t done = real(fd, data, size);
    after();
    return done;
}

#define PLAIN(name, parameters, arguments, ...) \
    int name parameters { \
        REAL(int, #name, __VA_ARGS__); \
        before(); \
        int done = real arguments; \
        after(); \
        return done; \
    }
PLAIN(fsync, (int fd), (fd), int)
PLAIN(fdatasync, (int fd), (fd), int)
PLAIN(rename, (const char *a, const char *b), (a, b), const char *, const char *)
PLAIN(renameat, (int d, const char *a, int e, const char *b), (d, a, e, b), int, const char *, int,
      const char *)
PLAIN(link, (const char *a, const char *b), (a, b), const char *, const char *)
PLAIN(linkat, (int d, const char *a, int e, const char *b, int f), (d, a, e, b, f), int,
      const char *, int, const char *, int)
PLAIN(unlink, (const char *a), (a), const char *)
PLAIN(unlinkat, (int d, const char *a, int f), (d, a, f), int, const char *, int)
PLAIN(fchmod, (int fd, mode_t mode), (fd, mode), int, mode_t)
PLAIN(posix_fallocate, (int fd, off_t a, off_t b), (fd, a, b), int, off_t, off_t)
PLAIN(posix_fallocate64, (int fd, off_t a, off_t b), (fd, a, b), int, off_t, off_t)

#define OPENER(name) \
    int name(const char *path, int flags, ...) { \
        REAL(int, #name, const char *, int, ...); \
        va_list rest; \
        va_start(rest, flags); \
        int mode = flags & O_CREAT ? va_arg(rest, int) : 0; \
        va_end(rest); \
        if (!(flags & O_CREAT)) return real(path, flags, mode); \
        before(); \
        int done = real(path, flags, mode); \
        after(); \
        return done; \
    }
OPENER(open)
OPENER(open64)
