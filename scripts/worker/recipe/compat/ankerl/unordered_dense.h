#pragma once

/*
 * Stands in for ankerl::unordered_dense, which distributions do not package. The worker uses its map, set and hash
 * with the interface of the standard containers, so the standard containers serve. Theirs are the safer iterators:
 * erasing one element leaves all others valid.
 */

#include <functional>
#include <unordered_map>
#include <unordered_set>

namespace ankerl::unordered_dense
{
  template<typename Key>
  struct hash : std::hash<Key>
  {
  };

  template<typename Key, typename Value, typename Hash = hash<Key>, typename Equal = std::equal_to<Key>>
  using map = std::unordered_map<Key, Value, Hash, Equal>;

  template<typename Key, typename Hash = hash<Key>, typename Equal = std::equal_to<Key>>
  using set = std::unordered_set<Key, Hash, Equal>;
} // namespace ankerl::unordered_dense
