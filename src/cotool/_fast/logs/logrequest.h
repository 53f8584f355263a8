/* Writes the request of an access log to a form: "GET /users/17?a=1 HTTP/1.1" 200 is
 * "GET /users/<*>?<*> HTTP/1.1" 200, so each resource has a template with its method and status. Part
 * of logmask.c.
 */
#ifndef COTOOL_LOGREQUEST_H
#define COTOOL_LOGREQUEST_H

#include "logs/logpaths.h"
#include "logs/logwords.h"

#define LONGEST_PATH 512
#define LONGEST_METHOD 10

/* Tells whether a quote and the name of a method are right before p. */
static int follows_method(const uint8_t *line, const uint8_t *p) {
    const uint8_t *q = p - 1;
    if (p - line < 4 || *q != ' ') return 0;
    while (q > line && p - q <= LONGEST_METHOD + 1 && q[-1] >= 'A' && q[-1] <= 'Z') q--;
    return p - q > 3 && q > line && q[-1] == '"';
}

/* Returns the end of the status after the path that ends at p, NULL if none is there. */
static const uint8_t *status_end(const uint8_t *p, const uint8_t *end) {
    if (end - p > 9 && !memcmp(p, " HTTP/", 6) && is(p[6], DIGIT)) {
        p += 7;
        if (*p == '.' && is(p[1], DIGIT)) p += 2;
    }
    if (end - p < 5 || *p != '"' || p[1] != ' ' || !is(p[2], DIGIT) || !is(p[3], DIGIT) ||
        !is(p[4], DIGIT))
        return NULL;
    p += 5;
    return p == end || *p == ' ' ? p : NULL;
}

/* Writes the path at p with parameters for its ids and its query, its protocol and the status. Returns
 * where that ends, p if there is no such request. */
static const uint8_t *put_request(writer *w, const uint8_t *p) {
    const uint8_t *q = p, *stop, *id, *rest;
    if (!follows_method(w->line, p)) return p;
    while (q < w->end && q - p < LONGEST_PATH && *q != ' ' && *q != '"' && !is(*q, CONTROL) &&
           !is(*q, BLANK))
        q++;
    stop = status_end(q, w->end);
    if (!stop || w->stop - w->to <= stop - p) return p;
    while (p < q) {
        const uint8_t *from = p++;
        *w->to++ = *from;
        if (*from != '/') { /* ? # ; */
            if (p < q) put_parameter(w, p, q, COTOOL_PARAMETER, 0, 0);
            break;
        }
        from = p;
        while (p < q && *p != '/' && *p != '?' && *p != '#' && *p != ';') p++;
        if (p > from && cotool_path_id(from, p, &id, &rest)) {
            while (from < id) *w->to++ = *from++;
            put_parameter(w, id, rest, COTOOL_PARAMETER, 0, 0);
            from = rest;
        }
        while (from < p) *w->to++ = *from++;
    }
    while (q < stop) *w->to++ = *q++;
    return stop;
}

#endif
