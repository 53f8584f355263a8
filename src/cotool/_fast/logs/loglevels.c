/* See loglevels.h. */

#include "logs/loglevels.h"

static const struct {
    const char *word;
    int level;
} cotool_level_words[] = {
    {"trace", COTOOL_TRACE},          {"trc", COTOOL_TRACE},
    {"verbose", COTOOL_TRACE},        {"finest", COTOOL_TRACE},
    {"finer", COTOOL_TRACE},          {"silly", COTOOL_TRACE},
    {"debug", COTOOL_DEBUG},          {"dbg", COTOOL_DEBUG},
    {"debug1", COTOOL_DEBUG},         {"debug2", COTOOL_DEBUG},
    {"debug3", COTOOL_DEBUG},         {"debug4", COTOOL_DEBUG},
    {"debug5", COTOOL_DEBUG},         {"fine", COTOOL_DEBUG},
    {"debu", COTOOL_DEBUG},           {"trac", COTOOL_TRACE},
    {"trce", COTOOL_TRACE},           {"verb", COTOOL_TRACE},
    {"vrb", COTOOL_TRACE},            {"fata", COTOOL_CRITICAL},
    {"fatl", COTOOL_CRITICAL},        {"pani", COTOOL_CRITICAL},
    {"fault", COTOOL_CRITICAL},
    {"dbug", COTOOL_DEBUG},           {"info", COTOOL_INFO},
    {"inf", COTOOL_INFO},             {"information", COTOOL_INFO},
    {"informational", COTOOL_INFO},   {"log", COTOOL_INFO},
    {"config", COTOOL_INFO},          {"notice", COTOOL_NOTICE},
    {"note", COTOOL_NOTICE},          {"warn", COTOOL_WARNING},
    {"warning", COTOOL_WARNING},      {"wrn", COTOOL_WARNING},
    {"error", COTOOL_ERROR},          {"err", COTOOL_ERROR},
    {"eror", COTOOL_ERROR},           {"severe", COTOOL_ERROR},
    {"failure", COTOOL_ERROR},        {"fail", COTOOL_ERROR},
    {"critical", COTOOL_CRITICAL},    {"crit", COTOOL_CRITICAL},
    {"fatal", COTOOL_CRITICAL},       {"ftl", COTOOL_CRITICAL},
    {"alert", COTOOL_CRITICAL},       {"emerg", COTOOL_CRITICAL},
    {"emergency", COTOOL_CRITICAL},   {"panic", COTOOL_CRITICAL},
    {"dpanic", COTOOL_CRITICAL},      {"system", COTOOL_INFO},
    {"verbose1", COTOOL_TRACE},       {"verbose2", COTOOL_TRACE},
    {"success", COTOOL_INFO},         {"display", COTOOL_INFO},
    {"caution", COTOOL_WARNING},      {"noti", COTOOL_NOTICE},
    /* German, French, Spanish, Italian, Portuguese; then Japanese and Chinese */
    {"fehler", COTOOL_ERROR},         {"schwerwiegend", COTOOL_ERROR},
    {"warnung", COTOOL_WARNING},      {"achtung", COTOOL_WARNING},
    {"hinweis", COTOOL_NOTICE},       {"informationen", COTOOL_INFO},
    {"störung", COTOOL_ERROR},        {"débogage", COTOOL_DEBUG},
    {"kritisch", COTOOL_CRITICAL},    {"erreur", COTOOL_ERROR},
    {"grave", COTOOL_ERROR},          {"avertissement", COTOOL_WARNING},
    {"attention", COTOOL_WARNING},    {"infos", COTOOL_INFO},
    {"critique", COTOOL_CRITICAL},    {"advertencia", COTOOL_WARNING},
    {"aviso", COTOOL_WARNING},        {"informacion", COTOOL_INFO},
    {"informaci\xc3\xb3n", COTOOL_INFO}, {"critico", COTOOL_CRITICAL},
    {"cr\xc3\xadtico", COTOOL_CRITICAL}, {"errore", COTOOL_ERROR},
    {"avviso", COTOOL_WARNING},       {"avvertenza", COTOOL_WARNING},
    {"erro", COTOOL_ERROR},           {"informazioni", COTOOL_INFO},
    {"\xe3\x82\xa8\xe3\x83\xa9\xe3\x83\xbc", COTOOL_ERROR}, /* era- */
    {"\xe8\xad\xa6\xe5\x91\x8a", COTOOL_WARNING},             /* keikoku, jinggao */
    {"\xe6\x83\x85\xe5\xa0\xb1", COTOOL_INFO},                /* joho */
    {"\xe9\x87\x8d\xe5\xa4\xa7", COTOOL_ERROR},               /* judai */
    {"\xe8\x87\xb4\xe5\x91\xbd\xe7\x9a\x84", COTOOL_CRITICAL}, /* chimeiteki */
    {"\xe9\x94\x99\xe8\xaf\xaf", COTOOL_ERROR},               /* cuowu */
    {"\xe4\xbf\xa1\xe6\x81\xaf", COTOOL_INFO},                /* xinxi */
    {"\xe4\xb8\xa5\xe9\x87\x8d", COTOOL_ERROR},               /* yanzhong */
    {"\xe8\xb0\x83\xe8\xaf\x95", COTOOL_DEBUG},               /* tiaoshi */
    {"錯誤", COTOOL_ERROR},           {"資訊", COTOOL_INFO},
    {"嚴重", COTOOL_ERROR},           {"偵錯", COTOOL_DEBUG},
    {"致命", COTOOL_CRITICAL},        {"デバッグ", COTOOL_DEBUG},
    {"디버그", COTOOL_DEBUG},         {"심각", COTOOL_CRITICAL},
    /* Russian, Ukrainian, Polish, Czech, Turkish, Dutch, Swedish, Indonesian, Korean, Arabic */
    {"ошибка", COTOOL_ERROR},         {"предупреждение", COTOOL_WARNING},
    {"внимание", COTOOL_WARNING},     {"уведомление", COTOOL_NOTICE},
    {"информация", COTOOL_INFO},      {"сведения", COTOOL_INFO},
    {"инфо", COTOOL_INFO},            {"отладка", COTOOL_DEBUG},
    {"трассировка", COTOOL_TRACE},    {"критический", COTOOL_CRITICAL},
    {"критическая", COTOOL_CRITICAL}, {"критично", COTOOL_CRITICAL},
    {"помилка", COTOOL_ERROR},        {"попередження", COTOOL_WARNING},
    {"інформація", COTOOL_INFO},      {"відомості", COTOOL_INFO},
    {"błąd", COTOOL_ERROR},           {"ostrzeżenie", COTOOL_WARNING},
    {"informacja", COTOOL_INFO},      {"informacje", COTOOL_INFO},
    {"krytyczny", COTOOL_CRITICAL},   {"chyba", COTOOL_ERROR},
    {"varování", COTOOL_WARNING},     {"upozornění", COTOOL_WARNING},
    {"informace", COTOOL_INFO},       {"kritický", COTOOL_CRITICAL},
    {"hata", COTOOL_ERROR},           {"uyarı", COTOOL_WARNING},
    {"uyari", COTOOL_WARNING},        {"bilgi", COTOOL_INFO},
    {"BİLGİ", COTOOL_INFO},           {"kritik", COTOOL_CRITICAL},
    {"fout", COTOOL_ERROR},           {"waarschuwing", COTOOL_WARNING},
    {"informatie", COTOOL_INFO},      {"kritiek", COTOOL_CRITICAL},
    {"fel", COTOOL_ERROR},            {"varning", COTOOL_WARNING},
    {"kritisk", COTOOL_CRITICAL},     {"kesalahan", COTOOL_ERROR},
    {"peringatan", COTOOL_WARNING},   {"informasi", COTOOL_INFO},
    {"오류", COTOOL_ERROR},           {"경고", COTOOL_WARNING},
    {"정보", COTOOL_INFO},            {"خطأ", COTOOL_ERROR},
    {"تحذير", COTOOL_WARNING},        {"معلومات", COTOOL_INFO},
    /* Finnish, Danish and Norwegian, Hungarian, Romanian, Croatian, Bulgarian, Greek, Hebrew, Persian */
    {"virhe", COTOOL_ERROR},          {"varoitus", COTOOL_WARNING},
    {"tieto", COTOOL_INFO},           {"tiedot", COTOOL_INFO},
    {"huomautus", COTOOL_NOTICE},     {"ilmoitus", COTOOL_NOTICE},
    {"kriittinen", COTOOL_CRITICAL},  {"vakava", COTOOL_ERROR},
    {"fejl", COTOOL_ERROR},           {"feil", COTOOL_ERROR},
    {"advarsel", COTOOL_WARNING},     {"oplysninger", COTOOL_INFO},
    {"informasjon", COTOOL_INFO},     {"hiba", COTOOL_ERROR},
    {"figyelmeztetés", COTOOL_WARNING}, {"információ", COTOOL_INFO},
    {"kritikus", COTOOL_CRITICAL},    {"eroare", COTOOL_ERROR},
    {"avertisment", COTOOL_WARNING},  {"informații", COTOOL_INFO},
    {"greška", COTOOL_ERROR},         {"pogreška", COTOOL_ERROR},
    {"upozorenje", COTOOL_WARNING},   {"informacija", COTOOL_INFO},
    {"грешка", COTOOL_ERROR},         {"σφάλμα", COTOOL_ERROR},
    {"ΣΦΑΛΜΑ", COTOOL_ERROR},         {"προειδοποίηση", COTOOL_WARNING},
    {"ΠΡΟΕΙΔΟΠΟΙΗΣΗ", COTOOL_WARNING}, {"πληροφορίες", COTOOL_INFO},
    {"ΠΛΗΡΟΦΟΡΙΕΣ", COTOOL_INFO},     {"שגיאה", COTOOL_ERROR},
    {"אזהרה", COTOOL_WARNING},        {"מידע", COTOOL_INFO},
    {"خطا", COTOOL_ERROR},            {"هشدار", COTOOL_WARNING},
};
#define COTOOL_LEVEL_WORDS ((int)(sizeof cotool_level_words / sizeof cotool_level_words[0]))

/* These words name levels in some systems and are common words in others. */
static const char *const cotool_common_words[] = {"log",    "config", "note",  "system", "fail",
                                                  "failure", "fine",  "alert", "panic",  "fault",
                                                  "verb",   "information", "success", "display",
                                                  "caution"};

static int cotool_is_common(const char *word) {
    for (size_t n = 0; n < sizeof cotool_common_words / sizeof cotool_common_words[0]; n++)
        if (!strcmp(cotool_common_words[n], word)) return 1;
    return 0;
}

cotool_level_word cotool_level_table[1024];
static uint8_t cotool_written[3 * COTOOL_LEVEL_WORDS][COTOOL_LONGEST_LEVEL + 8];

/* Writes the capital of the letter of `word` that begins at p. Returns its bytes. */
static size_t cotool_capital(const uint8_t *word, uint8_t *p) {
    unsigned code = (word[0] & 0x1Fu) << 6 | (word[1] & 0x3Fu);
    p[0] = cotool_is_letter(word[0]) ? word[0] & (uint8_t)~0x20 : word[0];
    if (word[0] < 0xC3 || word[0] > 0xD1) return 1;
    if ((code >= 0xE0 && code < 0xFF) || (code >= 0x430 && code < 0x450)) code -= 0x20;
    else if (code >= 0x450 && code < 0x460) code -= 0x50;
    else if ((code >= 0x139 && code < 0x149) || (code >= 0x179 && code < 0x17F)) code -= !(code & 1);
    else if (code >= 0x100 && code < 0x178) code -= code & 1;
    p[0] = (uint8_t)(0xC0 | code >> 6), p[1] = (uint8_t)(0x80 | (code & 0x3F));
    return 2;
}

void cotool_prepare_levels(void) {
    for (int n = 0; n < 3 * COTOOL_LEVEL_WORDS; n++) {
        const char *word = cotool_level_words[n / 3].word;
        size_t size = strlen(word);
        uint8_t *written = cotool_written[n];
        uint64_t head;
        unsigned slot;
        int style = 1 << n % 3;
        memcpy(written, word, size);
        for (size_t k = 0; k < size && (style == COTOOL_UPPER || (style == COTOOL_TITLE && k == 0));)
            k += cotool_capital((const uint8_t *)word + k, written + k);
        head = cotool_first_eight(written, size);
        slot = cotool_level_slot(head);
        while (cotool_level_table[slot].head) slot = (slot + 1) & 1023;
        cotool_level_table[slot].head = head;
        cotool_level_table[slot].rest = written + 8;
        cotool_level_table[slot].size = (uint8_t)size;
        cotool_level_table[slot].level = (uint8_t)cotool_level_words[n / 3].level;
        cotool_level_table[slot].style = (uint8_t)style;
        cotool_level_table[slot].common = (uint8_t)cotool_is_common(word);
    }
}

int cotool_common_word(const uint8_t *p, size_t size) {
    uint64_t head = cotool_first_eight(p, size);
    unsigned slot = cotool_level_slot(head);
    while (cotool_level_table[slot].head &&
           (cotool_level_table[slot].head != head || cotool_level_table[slot].size != size))
        slot = (slot + 1) & 1023;
    return cotool_level_table[slot].common;
}

int cotool_report_level(const uint8_t *line, const uint8_t *start, const uint8_t *stop, const uint8_t *end) {
    const size_t size = (size_t)(stop - start);
    if (start == line || start[-1] != '=' || end - stop < 8 || memcmp(stop, " REPORT=", 8)) return -1;
    if (size == 8 && !memcmp(start, "PROGRESS", 8)) return COTOOL_INFO;
    if (size == 5 && !memcmp(start, "CRASH", 5)) return COTOOL_ERROR;
    return size == 10 && !memcmp(start, "SUPERVISOR", 10) ? COTOOL_ERROR : -1;
}

int cotool_own_level(const cotool_words *words, const uint8_t *p, size_t size, int *style) {
    for (int n = 0; n < words->count; n++) {
        const cotool_word *word = &words->word[n];
        if (word->size != size || memcmp(word->bytes, p, size)) continue;
        *style = word->styles;
        return word->level;
    }
    return -1;
}

const uint8_t *cotool_letter_of(const uint8_t *start, const uint8_t *stop) {
    int bracketed = stop - start > 2 && cotool_is_open(*start);
    if (bracketed) start++;
    if (stop - start == 1 && cotool_any_letter_level(*start) >= 0 && *start != 'A') return start;
    if (cotool_letter_level(*start) < 0) return NULL;
    /* A means audit in WebSphere and advice elsewhere. Only A/tag of Android is an assertion. */
    if (*start == 'A' && !(start + 1 < stop && start[1] == '/')) return NULL;
    if (bracketed) return strchr(" ]>)", start[1]) ? start : NULL;
    /* glog's letter before month and day, as in the messages of syslog: I0302 */
    if (stop - start == 5 && start[1] < '2' && cotool_is_digit(start[1]) && cotool_is_digit(start[2]) &&
        start[3] < '4' && cotool_is_digit(start[3]) && cotool_is_digit(start[4]))
        return start;
    /* A letter and a code, as in VMware's I005: */
    if (stop - start == 5 && start[4] == ':' && cotool_is_digit(start[1]) && cotool_is_digit(start[2]) &&
        cotool_is_digit(start[3]))
        return start;
    return start[1] == '/' || (stop - start == 2 && start[1] == '!') ? start
                                                                                       : NULL;
}

int cotool_code_severity(const uint8_t *p, const uint8_t *end, const uint8_t **digit) {
    uint8_t mark = '-';
    const uint8_t *start = ++p;
    if (end - p > 3 && *p == '%' && cotool_is_digit(p[1]) && cotool_is_digit(p[2])) {
        mark = '/';
        start = p += 3;
    }
    while (p < end && (cotool_is_word(*p) || *p == '_' || *p == '-' || *p == mark)) {
        if (*p == mark && p > start && end - p > 3 && p[1] >= '0' && p[1] <= '7' && p[2] == mark &&
            (cotool_is_word(p[3]) || p[3] == '_')) {
            *digit = p + 1;
            return p[1] - '0';
        }
        p++;
    }
    return -1;
}

/* Returns the level that two letters name (VMware ESXi), -1: none. */
static int cotool_short_level(const uint8_t *p) {
    static const struct {
        char name[3];
        int8_t level;
    } names[] = {{"Em", COTOOL_CRITICAL}, {"Al", COTOOL_CRITICAL}, {"Cr", COTOOL_CRITICAL},
                 {"Er", COTOOL_ERROR},    {"Wa", COTOOL_WARNING},  {"No", COTOOL_NOTICE},
                 {"In", COTOOL_INFO},     {"Db", COTOOL_DEBUG},    {"De", COTOOL_DEBUG},
                 {"Tr", COTOOL_TRACE},    {"Ve", COTOOL_TRACE},    {"Fa", COTOOL_CRITICAL}};
    for (size_t n = 0; n < sizeof names / sizeof names[0]; n++)
        if (!memcmp(names[n].name, p, 2)) return names[n].level;
    return -1;
}

/* Returns the level of a message of SSSD by its mask of debug levels, -1: none. */
static int cotool_mask_level(const uint8_t *p, const uint8_t *end) {
    unsigned mask = 0;
    for (; p < end; p++) {
        const uint8_t digit = cotool_is_digit(*p) ? *p - '0' : (uint8_t)((*p | 0x20) - 'a') + 10;
        if (digit > 15 || mask > 0xFFFFF) return -1;
        mask = mask << 4 | digit;
    }
    return mask < 0x10      ? -1
           : mask <= 0x20   ? COTOOL_CRITICAL
           : mask <= 0x40   ? COTOOL_ERROR
           : mask <= 0x80   ? COTOOL_WARNING
           : mask <= 0x200  ? COTOOL_INFO
           : mask <= 0x400  ? COTOOL_DEBUG
                            : COTOOL_TRACE;
}

int cotool_code_level(const uint8_t *start, const uint8_t *stop, const uint8_t **word,
                             unsigned *size) {
    if (stop > start && stop[-1] == ':') stop--;
    if (stop - start < 4 || stop[-1] != ')') return -1;
    if (stop - start > 4 && start[2] == '(') {
        *word = start, *size = 2;
        return cotool_short_level(start);
    }
    if (*start != '(') return -1;
    *word = start + 1, *size = (unsigned)(stop - start) - 2;
    if (*size == 2 && start[1] == start[2]) {
        const char *marks = "EWI!-*=+", *mark = strchr(marks, start[1]);
        static const uint8_t levels[] = {COTOOL_ERROR, COTOOL_WARNING, COTOOL_INFO, COTOOL_NOTICE,
                                         COTOOL_INFO,  COTOOL_INFO,    COTOOL_INFO, COTOOL_INFO};
        return start[1] && mark ? levels[mark - marks] : -1;
    }
    if (*size > 4 && *size < 8 && start[1] == '0' && start[2] == 'x')
        return cotool_mask_level(start + 3, stop - 1);
    return -1;
}
