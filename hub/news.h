/*
 * news.h - what the feed has brought, put before everybody whom it concerns.
 */
#ifndef OPDESK_NEWS_H
#define OPDESK_NEWS_H

#include "hub/feed.h"

/* Takes the letter; its changes wait until those before are handed on. */
void news_put(struct feed_news *news);

/* Hands on some of what waits, and sees to it that it is called again. */
void news_read(struct arena *a);

/* The timer NET_NEWS has come. */
void news_go_on(void);

#endif
