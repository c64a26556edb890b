/* Preloaded: asks `decide` before each call that changes or opens something below `root`, and tells `done` after it.
 *
 * Both are Python functions (ctypes). They run in the thread that made the call, so that its Python stack, which ctypes
 * goes on with, shows who made it. Nothing is asked before `injector_arm`, nor for what the two do themselves.
 *
 * decide: 0 lets the call through, an errno fails it, -1 kills the process before it, -2 after the half of a write.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>

#define LONGEST 4096

typedef int (*decide_t)(const char *operation, const char *path, const char *other, int flags);
typedef void (*done_t)(const char *operation, const char *path, const char *other, int fd, const void *bytes, long count, long offset);

static char root[LONGEST];
static size_t root_length;
static decide_t decide;
static done_t done;
static __thread int busy;

void injector_arm(const char *folder, decide_t before, done_t after) {
    snprintf(root, sizeof root, "%s", folder);
    root_length = strlen(root);
    done = after;
    decide = before;
}

void injector_disarm(void) {
    decide = NULL;
    done = NULL;
}

static const char *inside(const char *path) {
    if (strncmp(path, root, root_length) != 0) return NULL;
    if (path[root_length] == 0) return ".";
    return path[root_length] == '/' ? path + root_length + 1 : NULL;
}

static const char *of_fd(int fd, char *buffer) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, buffer, LONGEST - 1);
    if (length < 0) return NULL;
    buffer[length] = 0;
    return inside(buffer);
}

static const char *of_path(int folder, const char *path, char *buffer) {
    if (path[0] == '/') {
        snprintf(buffer, LONGEST, "%s", path);
        return inside(buffer);
    }
    char start[LONGEST];
    if (folder == AT_FDCWD) {
        if (!getcwd(start, sizeof start)) return NULL;
    } else {
        char link[64];
        snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
        ssize_t length = readlink(link, start, sizeof start - 1);
        if (length < 0) return NULL;
        start[length] = 0;
    }
    while (path[0] == '.' && path[1] == '/') path += 2;
    if (strcmp(path, ".") == 0)
        snprintf(buffer, LONGEST, "%s", start);
    else if (snprintf(buffer, LONGEST, "%s/%s", start, path) >= LONGEST)
        return NULL;
    return inside(buffer);
}

static int asked(const char *operation, const char *path, const char *other, int flags) {
    decide_t ask = decide;
    if (!ask || busy || !path) return 0;
    int before = errno;
    busy = 1;
    int answer = ask(operation, path, other ? other : "", flags);
    busy = 0;
    errno = before;
    if (answer == -1) {
        raise(SIGKILL);
        for (;;) pause();
    }
    return answer;
}

static void told(const char *operation, const char *path, const char *other, int fd, const void *bytes, long count, long offset) {
    done_t tell = done;
    if (!tell || busy || !path) return;
    int before = errno;
    busy = 1;
    tell(operation, path, other ? other : "", fd, bytes, count, offset);
    busy = 0;
    errno = before;
}

#define REAL(result, name, ...) \
    static result (*real)(__VA_ARGS__); \
    if (!real) real = (result(*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)
#define WATCHED (decide && !busy)
#define FAIL(answer) do { errno = (answer); return -1; } while (0)

/* open */

#define OPEN(function, symbol) \
    int function(const char *path, int flags, ...) { \
        REAL(int, symbol, const char *, int, ...); \
        mode_t mode = 0; \
        if (flags & (O_CREAT | __O_TMPFILE)) { va_list more; va_start(more, flags); mode = va_arg(more, mode_t); va_end(more); } \
        char buffer[LONGEST]; \
        const char *name = WATCHED ? of_path(AT_FDCWD, path, buffer) : NULL; \
        int answer = asked("open", name, NULL, flags); \
        if (answer > 0) FAIL(answer); \
        int fd = real(path, flags, mode); \
        if (fd >= 0) told("open", name, NULL, fd, NULL, flags, 0); \
        return fd; \
    }
OPEN(open, "open")
OPEN(open64, "open64")

#define OPENAT(function, symbol) \
    int function(int folder, const char *path, int flags, ...) { \
        REAL(int, symbol, int, const char *, int, ...); \
        mode_t mode = 0; \
        if (flags & (O_CREAT | __O_TMPFILE)) { va_list more; va_start(more, flags); mode = va_arg(more, mode_t); va_end(more); } \
        char buffer[LONGEST]; \
        const char *name = WATCHED ? of_path(folder, path, buffer) : NULL; \
        int answer = asked("open", name, NULL, flags); \
        if (answer > 0) FAIL(answer); \
        int fd = real(folder, path, flags, mode); \
        if (fd >= 0) told("open", name, NULL, fd, NULL, flags, 0); \
        return fd; \
    }
OPENAT(openat, "openat")
OPENAT(openat64, "openat64")

int creat(const char *path, mode_t mode) { return open(path, O_CREAT | O_WRONLY | O_TRUNC, mode); }
int creat64(const char *path, mode_t mode) { return open64(path, O_CREAT | O_WRONLY | O_TRUNC, mode); }

/* write */

ssize_t write(int fd, const void *bytes, size_t count) {
    REAL(ssize_t, "write", int, const void *, size_t);
    char buffer[LONGEST];
    const char *name = WATCHED ? of_fd(fd, buffer) : NULL;
    int answer = asked("write", name, NULL, 0);
    if (answer > 0) FAIL(answer);
    if (answer == -2) { real(fd, bytes, count / 2); raise(SIGKILL); }
    ssize_t written = real(fd, bytes, count);
    if (name && written > 0) told("write", name, NULL, fd, bytes, written, lseek(fd, 0, SEEK_CUR) - written);
    return written;
}

#define PWRITE(function, symbol, offset_type) \
    ssize_t function(int fd, const void *bytes, size_t count, offset_type offset) { \
        REAL(ssize_t, symbol, int, const void *, size_t, offset_type); \
        char buffer[LONGEST]; \
        const char *name = WATCHED ? of_fd(fd, buffer) : NULL; \
        int answer = asked("write", name, NULL, 0); \
        if (answer > 0) FAIL(answer); \
        if (answer == -2) { real(fd, bytes, count / 2, offset); raise(SIGKILL); } \
        ssize_t written = real(fd, bytes, count, offset); \
        if (written > 0) told("write", name, NULL, fd, bytes, written, offset); \
        return written; \
    }
PWRITE(pwrite, "pwrite", off_t)
PWRITE(pwrite64, "pwrite64", off64_t)

/* What has its bytes elsewhere: `done` reads them from the file, since `bytes` is NULL. */
ssize_t writev(int fd, const struct iovec *parts, int count) {
    REAL(ssize_t, "writev", int, const struct iovec *, int);
    char buffer[LONGEST];
    const char *name = WATCHED ? of_fd(fd, buffer) : NULL;
    int answer = asked("write", name, NULL, 0);
    if (answer > 0) FAIL(answer);
    if (answer == -2) raise(SIGKILL);
    ssize_t written = real(fd, parts, count);
    if (name && written > 0) told("write", name, NULL, fd, NULL, written, lseek(fd, 0, SEEK_CUR) - written);
    return written;
}

#define SENDFILE(function, symbol, offset_type) \
    ssize_t function(int out, int in, offset_type *offset, size_t count) { \
        REAL(ssize_t, symbol, int, int, offset_type *, size_t); \
        char buffer[LONGEST]; \
        const char *name = WATCHED ? of_fd(out, buffer) : NULL; \
        int answer = asked("write", name, NULL, 0); \
        if (answer > 0) FAIL(answer); \
        if (answer == -2) raise(SIGKILL); \
        ssize_t written = real(out, in, offset, count); \
        if (name && written > 0) told("write", name, NULL, out, NULL, written, lseek(out, 0, SEEK_CUR) - written); \
        return written; \
    }
SENDFILE(sendfile, "sendfile", off_t)
SENDFILE(sendfile64, "sendfile64", off64_t)

ssize_t copy_file_range(int in, off64_t *from, int out, off64_t *to, size_t count, unsigned flags) {
    REAL(ssize_t, "copy_file_range", int, off64_t *, int, off64_t *, size_t, unsigned);
    char buffer[LONGEST];
    const char *name = WATCHED ? of_fd(out, buffer) : NULL;
    int answer = asked("write", name, NULL, 0);
    if (answer > 0) FAIL(answer);
    if (answer == -2) raise(SIGKILL);
    ssize_t written = real(in, from, out, to, count, flags);
    if (name && written > 0) told("write", name, NULL, out, NULL, written, (to ? *to : lseek(out, 0, SEEK_CUR)) - written);
    return written;
}

#define OF_FD(function, operation, offset_type) \
    int function(int fd, offset_type length) { \
        REAL(int, #function, int, offset_type); \
        char buffer[LONGEST]; \
        const char *name = WATCHED ? of_fd(fd, buffer) : NULL; \
        int answer = asked(operation, name, NULL, 0); \
        if (answer > 0) FAIL(answer); \
        int result = real(fd, length); \
        if (result == 0) told(operation, name, NULL, fd, NULL, length, 0); \
        return result; \
    }
OF_FD(ftruncate, "ftruncate", off_t)
OF_FD(ftruncate64, "ftruncate", off64_t)
OF_FD(flock, "flock", int)
OF_FD(fchmod, "chmod", mode_t)

#define FALLOCATE(function, symbol, offset_type) \
    int function(int fd, offset_type offset, offset_type length) { \
        REAL(int, symbol, int, offset_type, offset_type); \
        char buffer[LONGEST]; \
        int answer = asked("write", WATCHED ? of_fd(fd, buffer) : NULL, NULL, 0); \
        return answer > 0 ? answer : real(fd, offset, length); \
    }
FALLOCATE(posix_fallocate, "posix_fallocate", off_t)
FALLOCATE(posix_fallocate64, "posix_fallocate64", off64_t)

/* fsync */

#define SYNC(function) \
    int function(int fd) { \
        REAL(int, #function, int); \
        char buffer[LONGEST]; \
        const char *name = WATCHED ? of_fd(fd, buffer) : NULL; \
        int answer = asked("fsync", name, NULL, 0); \
        if (answer > 0) FAIL(answer); \
        int result = real(fd); \
        if (result == 0) told("fsync", name, NULL, fd, NULL, 0, 0); \
        return result; \
    }
SYNC(fsync)
SYNC(fdatasync)

int syncfs(int fd) {
    REAL(int, "syncfs", int);
    char buffer[LONGEST];
    const char *name = WATCHED ? of_fd(fd, buffer) : NULL;
    int answer = asked("fsync", name, NULL, 0);
    if (answer > 0) FAIL(answer);
    int result = real(fd);
    if (result == 0) told("syncfs", name, NULL, fd, NULL, 0, 0);
    return result;
}

/* names */

#define TWO_NAMES(operation, old_folder, old, new_folder, new, call) \
    char first[LONGEST], second[LONGEST]; \
    const char *from = NULL, *to = NULL; \
    if (WATCHED) { from = of_path(old_folder, old, first); to = of_path(new_folder, new, second); } \
    int answer = asked(operation, to ? to : from, from ? from : "", 0); \
    if (answer > 0) FAIL(answer); \
    int result = call; \
    if (result == 0) told(operation, to ? to : from, from ? from : "", -1, NULL, 0, 0); \
    return result

int rename(const char *old, const char *new) {
    REAL(int, "rename", const char *, const char *);
    TWO_NAMES("rename", AT_FDCWD, old, AT_FDCWD, new, real(old, new));
}
int renameat(int old_folder, const char *old, int new_folder, const char *new) {
    REAL(int, "renameat", int, const char *, int, const char *);
    TWO_NAMES("rename", old_folder, old, new_folder, new, real(old_folder, old, new_folder, new));
}
int renameat2(int old_folder, const char *old, int new_folder, const char *new, unsigned flags) {
    REAL(int, "renameat2", int, const char *, int, const char *, unsigned);
    TWO_NAMES("rename", old_folder, old, new_folder, new, real(old_folder, old, new_folder, new, flags));
}
int link(const char *old, const char *new) {
    REAL(int, "link", const char *, const char *);
    TWO_NAMES("link", AT_FDCWD, old, AT_FDCWD, new, real(old, new));
}
int linkat(int old_folder, const char *old, int new_folder, const char *new, int flags) {
    REAL(int, "linkat", int, const char *, int, const char *, int);
    TWO_NAMES("link", old_folder, old, new_folder, new, real(old_folder, old, new_folder, new, flags));
}

#define ONE_NAME(operation, folder, path, call) \
    char buffer[LONGEST]; \
    const char *name = WATCHED ? of_path(folder, path, buffer) : NULL; \
    int answer = asked(operation, name, NULL, 0); \
    if (answer > 0) FAIL(answer); \
    int result = call; \
    if (result == 0) told(operation, name, NULL, -1, NULL, 0, 0); \
    return result

int symlink(const char *target, const char *path) {
    REAL(int, "symlink", const char *, const char *);
    ONE_NAME("symlink", AT_FDCWD, path, real(target, path));
}
int unlink(const char *path) {
    REAL(int, "unlink", const char *);
    ONE_NAME("unlink", AT_FDCWD, path, real(path));
}
int unlinkat(int folder, const char *path, int flags) {
    REAL(int, "unlinkat", int, const char *, int);
    ONE_NAME(flags & AT_REMOVEDIR ? "rmdir" : "unlink", folder, path, real(folder, path, flags));
}
int rmdir(const char *path) {
    REAL(int, "rmdir", const char *);
    ONE_NAME("rmdir", AT_FDCWD, path, real(path));
}
int mkdir(const char *path, mode_t mode) {
    REAL(int, "mkdir", const char *, mode_t);
    ONE_NAME("mkdir", AT_FDCWD, path, real(path, mode));
}
int mkdirat(int folder, const char *path, mode_t mode) {
    REAL(int, "mkdirat", int, const char *, mode_t);
    ONE_NAME("mkdir", folder, path, real(folder, path, mode));
}
int chmod(const char *path, mode_t mode) {
    REAL(int, "chmod", const char *, mode_t);
    ONE_NAME("chmod", AT_FDCWD, path, real(path, mode));
}
int fchmodat(int folder, const char *path, mode_t mode, int flags) {
    REAL(int, "fchmodat", int, const char *, mode_t, int);
    ONE_NAME("chmod", folder, path, real(folder, path, mode, flags));
}
int truncate64(const char *path, off64_t length) {
    REAL(int, "truncate64", const char *, off64_t);
    ONE_NAME("ftruncate", AT_FDCWD, path, real(path, length));
}
int truncate(const char *path, off_t length) {
    REAL(int, "truncate", const char *, off_t);
    ONE_NAME("ftruncate", AT_FDCWD, path, real(path, length));
}

int utimensat(int folder, const char *path, const struct timespec times[2], int flags) {
    REAL(int, "utimensat", int, const char *, const struct timespec *, int);
    ONE_NAME("utime", folder, path, real(folder, path, times, flags));
}
int utimes(const char *path, const struct timeval times[2]) {
    REAL(int, "utimes", const char *, const struct timeval *);
    ONE_NAME("utime", AT_FDCWD, path, real(path, times));
}
int futimens(int fd, const struct timespec times[2]) {
    REAL(int, "futimens", int, const struct timespec *);
    char buffer[LONGEST];
    const char *name = WATCHED ? of_fd(fd, buffer) : NULL;
    int answer = asked("utime", name, NULL, 0);
    if (answer > 0) FAIL(answer);
    return real(fd, times);
}

/* fcntl: of its commands only the locks, which SQLite and lockf take */

#define FCNTL(function, symbol) \
    int function(int fd, int command, ...) { \
        REAL(int, symbol, int, int, ...); \
        va_list more; \
        va_start(more, command); \
        void *argument = va_arg(more, void *); \
        va_end(more); \
        char buffer[LONGEST]; \
        int locks = command == F_SETLK || command == F_SETLKW || command == F_OFD_SETLK || command == F_OFD_SETLKW; \
        const char *name = locks && WATCHED ? of_fd(fd, buffer) : NULL; \
        if (name) { \
            int answer = asked(((struct flock *)argument)->l_type == F_UNLCK ? "unlock" : "lock", name, NULL, 0); \
            if (answer > 0) FAIL(answer); \
        } \
        return real(fd, command, argument); \
    }
FCNTL(fcntl, "fcntl")
FCNTL(fcntl64, "fcntl64")
