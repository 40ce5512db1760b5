def study_page(study, lang="en"):
    return ""
def search_page(study, lang="en"):
    return ""
