"""The web as a source of articles: addresses that may be asked, pages, feeds, sitemaps, and archives of pages."""
