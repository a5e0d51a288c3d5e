using Chat.Functions.Log;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Chat.Functions.Tests.Log;

public class FairShareTests
{
    private static readonly Gen<int[]> Owners = Gen.Choose(0, 5).ArrayOf();

    [Fact]
    public void Fills_the_room_keeps_every_owners_order_and_gives_nobody_more_while_others_get_less_than_they_want()
    {
        Prop.ForAll(Owners.ToArbitrary(), Gen.Choose(1, 20).ToArbitrary(), (owners, room) =>
        {
            var waiting = owners.Select((owner, index) => (owner, index)).ToList();
            var chosen = FairShare.Choose(waiting, item => item.owner, room);
            var taken = chosen.CountBy(item => item.owner).ToDictionary();
            var wanted = waiting.CountBy(item => item.owner).ToDictionary();
            var share = Math.Max(1, room / Math.Max(1, wanted.Count));
            return chosen.Count == Math.Min(room, waiting.Count)
                && chosen.Select(item => item.index).SequenceEqual(chosen.Select(item => item.index).Order())
                && chosen.GroupBy(item => item.owner).All(
                    group => waiting.Where(item => item.owner == group.Key).Take(group.Count()).SequenceEqual(group))
                && (wanted.Count > room || wanted.All(want => taken.GetValueOrDefault(want.Key) >= Math.Min(want.Value, share)));
        }).QuickCheckThrowOnFailure();
    }
}
