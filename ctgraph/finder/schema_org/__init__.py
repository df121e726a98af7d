"""Records, lists and the site itself in the vocabulary of schema.org, for search engines."""

from ctgraph.finder.schema_org.record import in_schema_org as in_schema_org
from ctgraph.finder.schema_org.site import breadcrumb as breadcrumb
from ctgraph.finder.schema_org.site import dataset as dataset
from ctgraph.finder.schema_org.site import item_list as item_list
from ctgraph.finder.schema_org.site import website as website
from ctgraph.finder.schema_org.values import Reading as Reading
