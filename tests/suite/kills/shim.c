// A preload shim for the tests of kills and faults: the FAULT_N-th operation on a path below FAULT_ROOT fails with FAULT_ERR, is cut
// short, or kills the process before or after it. It sees what the program and its database engine ask of the system alike, so the
// program itself needs no code for it. FAULT_OPS: the operations that count, with commas around; FAULT_LOG: a file that gets them all.
// FAULT_RECORD: a file that gets what was changed, to bring about later what a disk keeps of it when the power fails: a line of
// operation, path, second path, offset and length, then that many bytes.
// FAULT_SEED: all that the program draws from the system's generator follows from this number, and its clock begins at the same moment, so
// that a run can be repeated. The program itself has no such switch. What OpenSSL puts into the pages' noise beside it, such as the processor's count
// of ticks, stays as it is.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>
#include <limits.h>
#include <time.h>
#include <pthread.h>
static int inited, err_no, n_fail, mode, count; static const char *root, *ops; static int logfd = -1, recfd = -1;
static int seeded; static unsigned long long seed; static __thread unsigned long long drawn;
static pthread_mutex_t mu = PTHREAD_MUTEX_INITIALIZER;
enum { ONCE, FOREVER, KILLB, KILLA, SHORT };
#define REAL(name, ret, ...) static ret (*r)(__VA_ARGS__); if (!r) r = dlsym(RTLD_NEXT, name);
static void init(void) __attribute__((constructor));
static void init(void) {
  if (inited) return; inited = 1;
  root = getenv("FAULT_ROOT"); ops = getenv("FAULT_OPS"); if (!ops) ops = "all";
  const char *s = getenv("FAULT_N"); n_fail = s ? atoi(s) : 0;
  s = getenv("FAULT_ERR"); err_no = s ? atoi(s) : EIO;
  s = getenv("FAULT_MODE"); mode = !s || !strcmp(s,"once") ? ONCE : !strcmp(s,"forever") ? FOREVER : !strcmp(s,"kill") ? KILLB : !strcmp(s,"killafter") ? KILLA : SHORT;
  s = getenv("FAULT_LOG"); if (s) { REAL("open", int, const char*, int, ...) logfd = r(s, O_WRONLY|O_CREAT|O_APPEND, 0600); }
  s = getenv("FAULT_SEED"); if (s) { seeded = 1; seed = strtoull(s, 0, 10); }
  s = getenv("FAULT_RECORD"); if (s) { REAL("open", int, const char*, int, ...) recfd = r(s, O_WRONLY|O_CREAT|O_APPEND, 0600); }
}
// SplitMix64, of which each byte takes one step; every thread draws the same, because which of them is first is chance.
static void draw(void *p, size_t n) { for (unsigned char *b = p; n--; b++) { unsigned long long z = seed + ++drawn * 0x9E3779B97F4A7C15ULL; z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9ULL; z = (z ^ z >> 27) * 0x94D049BB133111EBULL; *b = z ^ z >> 31; } }
ssize_t getrandom(void *p, size_t n, unsigned f) { init(); if (seeded) { draw(p,n); return n; } REAL("getrandom", ssize_t, void*, size_t, unsigned) return r(p,n,f); }
int getentropy(void *p, size_t n) { init(); if (seeded) { draw(p,n); return 0; } REAL("getentropy", int, void*, size_t) return r(p,n); }
long syscall(long k, ...) { va_list a; va_start(a,k); long v[6]; for (int i = 0; i < 6; i++) v[i] = va_arg(a,long); va_end(a); if (k == SYS_getrandom) return getrandom((void*)v[0], v[1], v[2]); REAL("syscall", long, long, ...) return r(k,v[0],v[1],v[2],v[3],v[4],v[5]); }
static int generator(void) { static char b[4096]; draw(b, sizeof b); int x = memfd_create("random", MFD_CLOEXEC); REAL("pwrite", ssize_t, int, const void*, size_t, off_t) r(x, b, sizeof b, 0); return x; }
// From the first second of 2026 on: what measures itself by this clock must see it go.
static void begun(struct timespec *t) { REAL("clock_gettime", int, clockid_t, struct timespec*) static struct timespec first; r(CLOCK_MONOTONIC,t); if (!first.tv_sec) first = *t; t->tv_sec = 1767225600 + t->tv_sec - first.tv_sec - (t->tv_nsec < first.tv_nsec); t->tv_nsec = (t->tv_nsec - first.tv_nsec + 1000000000) % 1000000000; }
int clock_gettime(clockid_t c, struct timespec *t) { init(); if (seeded && c == CLOCK_REALTIME) { begun(t); return 0; } REAL("clock_gettime", int, clockid_t, struct timespec*) return r(c,t); }
int gettimeofday(struct timeval *t, void *z) { init(); if (seeded && t) { struct timespec s; begun(&s); t->tv_sec = s.tv_sec; t->tv_usec = s.tv_nsec / 1000; return 0; } REAL("gettimeofday", int, struct timeval*, void*) return r(t,z); }
time_t time(time_t *t) { init(); if (seeded) { struct timespec s; begun(&s); if (t) *t = s.tv_sec; return s.tv_sec; } REAL("time", time_t, time_t*) return r(t); }
static int below(const char *p) { return root && p && !strncmp(p, root, strlen(root)); }
static int fdbelow(int fd, char *buf) { char l[64]; snprintf(l, 64, "/proc/self/fd/%d", fd); ssize_t k = readlink(l, buf, PATH_MAX-1); if (k < 0) return 0; buf[k] = 0; return below(buf); }
static int pathbelow(const char *p, char *buf) { if (!p) return 0; if (p[0] != '/') { if (!getcwd(buf, PATH_MAX)) return 0; strncat(buf, "/", PATH_MAX-1); strncat(buf, p, PATH_MAX - strlen(buf) - 1); } else { strncpy(buf, p, PATH_MAX-1); } return below(buf); }
// 0 = go on, 1 = fail, 2 = short, 3 = kill after
static int hit(const char *op, const char *path) {
  init(); if (strcmp(ops,"all")) { char pat[40]; snprintf(pat, 40, ",%s,", op); if (!strstr(ops, pat)) return 0; }
  pthread_mutex_lock(&mu); int c = ++count; pthread_mutex_unlock(&mu);
  int is = n_fail && (mode == FOREVER ? c >= n_fail : c == n_fail);
  if (logfd >= 0) { char b[PATH_MAX+80]; int k = snprintf(b, sizeof b, "%d %s %s%s\n", c, op, path, is ? " <==" : ""); REAL("write", ssize_t, int, const void*, size_t) r(logfd, b, k); }
  if (!is) return 0;
  if (mode == KILLB) raise(SIGKILL);
  if (mode == KILLA) return 3;
  if (mode == SHORT) return 2;
  return 1;
}
static void whole(int fd, const char *p, size_t n) { REAL("write", ssize_t, int, const void*, size_t) while (n) { ssize_t k = r(fd, p, n); if (k <= 0) abort(); p += k; n -= k; } }
static void record(const char *op, const char *path, const char *to, long long at, const void *p, size_t n) {
  if (recfd < 0) return;
  char b[2*PATH_MAX+80]; int k = snprintf(b, sizeof b, "%s\t%s\t%s\t%lld\t%zu\n", op, path, to, at, p ? n : 0);
  pthread_mutex_lock(&mu); whole(recfd, b, k); if (p) whole(recfd, p, n); pthread_mutex_unlock(&mu);
}
// Before a file is opened: whether that makes it, or cuts it.
static const char *opening(const char *path, int f) { if (recfd < 0) return 0; if (access(path, F_OK)) return f & O_CREAT ? "create" : 0; return f & O_TRUNC ? "ftruncate" : 0; }
#define AFTER(h) if ((h) == 3) raise(SIGKILL);
#define KIND(f) ((f) & O_CREAT ? "create" : (f) & (O_WRONLY|O_RDWR) ? "openw" : "open")
static int beside(int d, const char *p, char *buf) { if (!fdbelow(d, buf)) return 0; strncat(buf, "/", PATH_MAX - strlen(buf) - 1); strncat(buf, p, PATH_MAX - strlen(buf) - 1); return 1; }
#define OPENS(name) int name(const char *p, int f, ...) { mode_t m = 0; if (f & (O_CREAT|O_TMPFILE)) { va_list a; va_start(a,f); m = va_arg(a,mode_t); va_end(a);} REAL(#name, int, const char*, int, ...) init(); if (seeded && p && !strcmp(p,"/dev/urandom")) return generator(); char b[PATH_MAX]; int e=0; const char *made = 0; if (pathbelow(p,b)) { e = hit(KIND(f), b); made = opening(b,f); } if (e==1||e==2) { errno = err_no; return -1; } int x = r(p,f,m); if (x >= 0 && made) record(made,b,"",0,0,0); AFTER(e) return x; }
OPENS(open) OPENS(open64)
#define OPENATS(name) int name(int d, const char *p, int f, ...) { mode_t m = 0; if (f & (O_CREAT|O_TMPFILE)) { va_list a; va_start(a,f); m = va_arg(a,mode_t); va_end(a);} REAL(#name, int, int, const char*, int, ...) char b[PATH_MAX]; int e=0; const char *made = 0; if (d == AT_FDCWD || p[0] == '/' ? pathbelow(p,b) : beside(d,p,b)) { e = hit(KIND(f), b); made = opening(b,f); } if (e==1||e==2) { errno = err_no; return -1; } int x = r(d,p,f,m); if (x >= 0 && made) record(made,b,"",0,0,0); AFTER(e) return x; }
OPENATS(openat) OPENATS(openat64)
ssize_t write(int fd, const void *p, size_t n) { REAL("write", ssize_t, int, const void*, size_t) char b[PATH_MAX]; int e = 0; if (fd > 2 && fd != logfd && fdbelow(fd,b)) e = hit("write", b); if (e==1) { errno = err_no; return -1; } if (e==2) return r(fd,p,n/2 ? n/2 : n); ssize_t x = r(fd,p,n); if (x > 0 && fd > 2 && fd != logfd && recfd >= 0 && fdbelow(fd,b)) record("write",b,"",(long long)lseek(fd,0,SEEK_CUR)-x,p,x); AFTER(e) return x; }
#define PW(name) ssize_t name(int fd, const void *p, size_t n, off_t o) { REAL(#name, ssize_t, int, const void*, size_t, off_t) char b[PATH_MAX]; int e = 0; if (fdbelow(fd,b)) e = hit("pwrite", b); if (e==1) { errno = err_no; return -1; } if (e==2) return r(fd,p,n/2 ? n/2 : n,o); ssize_t x = r(fd,p,n,o); if (x > 0 && recfd >= 0 && fdbelow(fd,b)) record("write",b,"",o,p,x); AFTER(e) return x; }
PW(pwrite) PW(pwrite64)
ssize_t writev(int fd, const struct iovec *v, int c) { REAL("writev", ssize_t, int, const struct iovec*, int) char b[PATH_MAX]; int e = 0; if (fd > 2 && fdbelow(fd,b)) e = hit("write", b); if (e==1||e==2) { errno = err_no; return -1; } ssize_t x = r(fd,v,c); if (x > 0 && fd > 2 && recfd >= 0 && fdbelow(fd,b)) { long long at = (long long)lseek(fd,0,SEEK_CUR) - x; ssize_t left = x; for (int i = 0; i < c && left > 0; i++) { size_t n = v[i].iov_len < (size_t)left ? v[i].iov_len : (size_t)left; record("write",b,"",at,v[i].iov_base,n); at += n; left -= n; } } AFTER(e) return x; }
#define PR(name) ssize_t name(int fd, void *p, size_t n, off_t o) { REAL(#name, ssize_t, int, void*, size_t, off_t) char b[PATH_MAX]; int e = 0; if (fdbelow(fd,b)) e = hit("pread", b); if (e==1) { errno = err_no; return -1; } if (e==2) return r(fd,p,n/2 ? n/2 : n,o); ssize_t x = r(fd,p,n,o); AFTER(e) return x; }
PR(pread) PR(pread64)
ssize_t read(int fd, void *p, size_t n) { REAL("read", ssize_t, int, void*, size_t) char b[PATH_MAX]; int e = 0; if (fd > 2 && fdbelow(fd,b)) e = hit("read", b); if (e==1) { errno = err_no; return -1; } if (e==2) return r(fd,p,n/2 ? n/2 : n); ssize_t x = r(fd,p,n); AFTER(e) return x; }
#define FS(name) int name(int fd) { REAL(#name, int, int) char b[PATH_MAX]; int e = 0; if (fdbelow(fd,b)) e = hit("fsync", b); if (e==1||e==2) { errno = err_no; return -1; } int x = r(fd); if (!x && recfd >= 0 && fdbelow(fd,b)) record("fsync",b,"",0,0,0); AFTER(e) return x; }
FS(fsync) FS(fdatasync)
#define FT(name) int name(int fd, off_t o) { REAL(#name, int, int, off_t) char b[PATH_MAX]; int e = 0; if (fdbelow(fd,b)) e = hit("ftruncate", b); if (e==1||e==2) { errno = err_no; return -1; } int x = r(fd,o); if (!x && recfd >= 0 && fdbelow(fd,b)) record("ftruncate",b,"",o,0,0); AFTER(e) return x; }
FT(ftruncate) FT(ftruncate64)
int rename(const char *a, const char *c) { REAL("rename", int, const char*, const char*) char b[PATH_MAX]; int e = 0; char to[PATH_MAX]; if (pathbelow(a,b)) e = hit("rename", b); if (e==1||e==2) { errno = err_no; return -1; } int x = r(a,c); if (!x && recfd >= 0 && pathbelow(a,b) && pathbelow(c,to)) record("rename",b,to,0,0,0); AFTER(e) return x; }
int unlink(const char *a) { REAL("unlink", int, const char*) char b[PATH_MAX]; int e = 0; if (pathbelow(a,b)) e = hit("unlink", b); if (e==1||e==2) { errno = err_no; return -1; } int x = r(a); if (!x && recfd >= 0 && pathbelow(a,b)) record("unlink",b,"",0,0,0); AFTER(e) return x; }
int unlinkat(int d, const char *a, int f) { REAL("unlinkat", int, int, const char*, int) char b[PATH_MAX]; int e = 0; int is = d == AT_FDCWD || a[0] == '/' ? pathbelow(a,b) : beside(d,a,b); if (is) e = hit("unlink", b); if (e==1||e==2) { errno = err_no; return -1; } int x = r(d,a,f); if (!x && is) record("unlink",b,"",0,0,0); AFTER(e) return x; }
int rmdir(const char *a) { REAL("rmdir", int, const char*) char b[PATH_MAX]; int e = 0; if (pathbelow(a,b)) e = hit("unlink", b); if (e==1||e==2) { errno = err_no; return -1; } int x = r(a); if (!x && recfd >= 0 && pathbelow(a,b)) record("unlink",b,"",0,0,0); AFTER(e) return x; }
int mkdir(const char *a, mode_t m) { REAL("mkdir", int, const char*, mode_t) char b[PATH_MAX]; int e = 0; if (pathbelow(a,b)) e = hit("mkdir", b); if (e==1||e==2) { errno = err_no; return -1; } int x = r(a,m); if (!x && recfd >= 0 && pathbelow(a,b)) record("mkdir",b,"",0,0,0); AFTER(e) return x; }
int futimens(int fd, const struct timespec t[2]) { REAL("futimens", int, int, const struct timespec*) char b[PATH_MAX]; int e = 0; if (fdbelow(fd,b)) e = hit("utime", b); if (e==1||e==2) { errno = err_no; return -1; } int x = r(fd,t); AFTER(e) return x; }
