using Chat.Functions.Shared;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Chat.Functions.Tests.Shared;

public class OpaqueIdTests
{
    [Fact]
    public void Hashes_tell_lists_of_parts_apart_also_where_their_texts_join_to_the_same() =>
        Prop.ForAll(ArbMap.Default.ArbFor<NonNull<string>[]>(), ArbMap.Default.ArbFor<NonNull<string>[]>(), (one, other) =>
        {
            string[] left = [.. one.Select(part => part.Get)];
            string[] right = [.. other.Select(part => part.Get)];
            return OpaqueId.Hash(left) == OpaqueId.Hash(right) == left.SequenceEqual(right);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Hashes_of_parts_moved_across_a_border_differ() =>
        Assert.NotEqual(OpaqueId.Hash("ab", "c"), OpaqueId.Hash("a", "bc"));

    [Fact]
    public void Ids_are_well_formed_and_others_are_not()
    {
        Assert.True(OpaqueId.IsWellFormed(OpaqueId.Random()));
        Assert.True(OpaqueId.IsWellFormed(OpaqueId.Hash("a")));
        foreach (var odd in new[] { null, "", "short", new string('a', 23), "aaaaaaaaaaaaaaaaaaaaa/", "aaaaaaaaaaaaaaaaaaaaaé" })
        {
            Assert.False(OpaqueId.IsWellFormed(odd));
        }
    }
}
